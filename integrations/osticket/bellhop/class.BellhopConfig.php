<?php
/**
 * The plugin's settings: where Bellhop is, the secret that the events are signed with, and what is sent.
 */
require_once INCLUDE_DIR . 'class.plugin.php';
require_once INCLUDE_DIR . 'class.forms.php';

class BellhopConfig extends PluginConfig
{
    public function getOptions()
    {
        return array(
            'hook_url' => new TextboxField(array(
                'label' => 'Address',
                'hint' => 'hook_url of the source in Bellhop: https://bell.example.com/hooks/osticket/desk',
                'required' => true,
                'configuration' => array('size' => 60, 'length' => 250),
            )),
            'secret' => new PasswordField(array(
                'widget' => 'PasswordWidget',
                'label' => 'Secret',
                'hint' => 'The secret of the source, as Bellhop showed it once. Left empty, the one that is set stays.',
                'required' => !$this->get('secret'),
                'validator' => 'noop',
                'configuration' => array('size' => 60, 'length' => 0),
            )),
            'send_views' => new BooleanField(array(
                'label' => 'Views',
                'default' => true,
                'configuration' => array('desc' => 'An agent who opens a ticket has read its notifications'),
            )),
            'send_alerts' => new BooleanField(array(
                'label' => 'System alerts',
                'default' => true,
                'configuration' => array('desc' => 'Send errors, SQL errors, excessive logins and open-ticket limits'),
            )),
        );
    }

    public function pre_save(&$config, &$errors)
    {
        $url = isset($config['hook_url']) ? trim($config['hook_url']) : '';
        if (!preg_match('~^https?://[^\s/]+(/[^\s]*)?/hooks/osticket/[A-Za-z0-9._-]+$~', $url)) {
            $errors['err'] = 'The address is the hook_url of the source: https://…/hooks/osticket/…';
            return false;
        }
        if (!function_exists('curl_multi_init')) {
            $errors['err'] = 'The PHP extension curl is missing.';
            return false;
        }
        return true;
    }
}
