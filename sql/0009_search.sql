-- Full-text search. Both tables keep no text, only which rows have which words.

-- Messages and notes by their seq, in words that Parley folds itself (module/domain/message/search-words.ts): the tokenizer
-- here only parts them at spaces. A word that begins with U+E000 is the group, so that nobody's hits are gone
-- through for another's.
CREATE VIRTUAL TABLE message_search USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

INSERT INTO message_search (rowid, words)
  SELECT m.seq, search_words_of_content(m.content) || ' ' || char(57344) || 'g' || c.group_pk
    FROM messages m JOIN conversations c ON c.pk = m.conversation_pk ORDER BY m.seq;
INSERT INTO message_search (rowid, words)
  SELECT n.seq, search_words(n.text) || ' ' || char(57344) || 'g' || c.group_pk
    FROM notes n JOIN conversations c ON c.pk = n.conversation_pk ORDER BY n.seq;

CREATE TRIGGER messages_unsearched AFTER DELETE ON messages BEGIN
  DELETE FROM message_search WHERE rowid = old.seq;
END;
CREATE TRIGGER notes_unsearched AFTER DELETE ON notes BEGIN
  DELETE FROM message_search WHERE rowid = old.seq;
END;

-- Customers by name and addresses: any three characters in a row are found.
CREATE VIRTUAL TABLE customer_search USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1'
);

INSERT INTO customer_search (rowid, words)
  SELECT pk, coalesce(name, '') || ' ' ||
         (SELECT group_concat(address, ' ') FROM customer_addresses WHERE customer_pk = pk)
    FROM customers;

CREATE INDEX customer_addresses_by_customer ON customer_addresses (customer_pk);

CREATE TRIGGER customer_addresses_searched AFTER INSERT ON customer_addresses BEGIN
  INSERT OR REPLACE INTO customer_search (rowid, words)
    SELECT pk, coalesce(name, '') || ' ' ||
           (SELECT group_concat(address, ' ') FROM customer_addresses WHERE customer_pk = pk)
      FROM customers WHERE pk = new.customer_pk;
END;
CREATE TRIGGER customers_searched AFTER UPDATE OF name ON customers BEGIN
  INSERT OR REPLACE INTO customer_search (rowid, words)
    VALUES (new.pk, coalesce(new.name, '') || ' ' ||
            (SELECT coalesce(group_concat(address, ' '), '') FROM customer_addresses WHERE customer_pk = new.pk));
END;
