<?php
/** @var string $mode user or group */
/** @var bool|null $allowed */
/** @var bool|null $supervisor */
$quoted = static fn (string $text): string => htmlspecialchars($text, ENT_QUOTES);
$fields = [
    'parley_allowed' => [_('Allow Message Conversations'), _('Puts the panel on the dashboard, for the conversations of the ring groups and queues that the extension is in.'), $allowed],
    'parley_supervisor' => [_('Supervisor'), _('May reassign any conversation.'), $supervisor],
];
$choices = ['true' => _('Yes'), 'false' => _('No'), 'inherit' => $mode === 'user' ? _('Inherit') : _('Unset')];
foreach ($fields as $name => [$label, $help, $value]) {
    $chosen = $value === null ? 'inherit' : ($value ? 'true' : 'false');
    ?>
<div class="element-container">
  <div class="row">
    <div class="form-group col-md-12">
      <div class="col-md-4">
        <label class="control-label" for="<?php echo $name; ?>1"><?php echo $quoted($label); ?></label>
        <i class="fa fa-question-circle fpbx-help-icon" data-for="<?php echo $name; ?>"></i>
      </div>
      <div class="col-md-8 radioset">
        <?php foreach (array_keys($choices) as $index => $choice) { ?>
        <input type="radio" id="<?php echo $name . $index; ?>" name="<?php echo $name; ?>" value="<?php echo $choice; ?>"<?php echo $choice === $chosen ? ' checked' : ''; ?>>
        <label for="<?php echo $name . $index; ?>"><?php echo $quoted($choices[$choice]); ?></label>
        <?php } ?>
      </div>
    </div>
  </div>
  <div class="row">
    <div class="col-md-12">
      <span id="<?php echo $name; ?>-help" class="help-block fpbx-help-block"><?php echo $quoted($help); ?></span>
    </div>
  </div>
</div>
<?php
}
