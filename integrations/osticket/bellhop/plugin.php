<?php
/**
 * What osTicket reads to list the plugin.
 */
return array(
    'id' => 'bellhop:notifications',
    'version' => '1.0',
    'ost_version' => '1.17',
    'name' => 'Bellhop',
    'author' => 'The Bellhop project',
    'description' => 'Tells Bellhop what happens to tickets, so that agents are notified at once.',
    'url' => '',
    'plugin' => 'class.BellhopPlugin.php:BellhopPlugin',
);
