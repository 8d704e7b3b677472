<?php

namespace FreePBX\modules\Parley;

use FreePBX\Job\TaskInterface;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/** Once a minute: red health shows on FreePBX's dashboard. */
class Job implements TaskInterface
{
    public static function run(InputInterface $input, OutputInterface $output)
    {
        \FreePBX::create()->Parley->parts()->health->notify();
        return true;
    }
}
