<?php
/** @var list<string> $proxy commands for root */
/** @var array{base: string, ajax: string} $strings */
$quoted = static fn (string $text): string => htmlspecialchars($text, ENT_QUOTES);
?>
<div class="container-fluid">
  <?php if ($proxy !== []) { ?>
  <div class="alert alert-warning">
    <p><?php echo $quoted(_('The web server does not pass /parley/ on yet. As root, run:')); ?></p>
    <pre><?php echo $quoted(implode("\n", $proxy)); ?></pre>
  </div>
  <?php } ?>
  <div id="parley-admin" data-base="<?php echo $quoted($strings['base']); ?>" data-ajax="<?php echo $quoted($strings['ajax']); ?>">
    <p class="parley-wait"><?php echo $quoted(_('Loading…')); ?></p>
  </div>
</div>
