// The hub's codes in words. A code that is not known is shown as it is, so that nothing new is hidden.
const CHANNELS: Record<string, string> = {
  bell: 'Bell',
  desktop: 'Desktop',
  web_push: 'Web push',
  email: 'Email',
  sms: 'Text message',
  webhooks: 'Webhooks',
};

const WHY: Record<string, string> = {
  actor: 'It was their own act',
  address_unknown: 'The mail server knows no such address',
  alert_email: 'An alert email tells them of it already',
  alert_email_off: 'They switched this kind of email off',
  automatic_mail: 'It was an answering machine or a bounce',
  bad_number: 'The number is no number that texts can go to',
  bell_off: 'They switched the bell off',
  bot_answered: 'The chat bot answered',
  broken_off: 'The connection broke off',
  category_off: 'They switched this kind of notification off, or never switched it on',
  certificate_refused: 'The other side’s certificate is not good for its name',
  channel_off: 'They switched this channel off',
  cleared: 'They dismissed it before',
  acked: 'A device of theirs had confirmed it',
  authentication_refused: 'The mail server refused name and password',
  connection_broke: 'The connection broke',
  connection_refused: 'Nobody listens at the other side',
  daily_limit: 'The day’s limit of the installation is reached',
  department_recipients: 'The department’s alerts reach nobody, or the administrative address alone',
  digest: 'It waits for the digest',
  duplicate: 'They had one about this ticket',
  dropped: 'It was dropped',
  encryption_failed: 'No encrypted connection came about',
  encryption_missing: 'The mail server offers no encryption, and a password would have gone out in the open',
  expired: 'It could not be sent within a day',
  hard_bounce: 'The mailbox does not exist',
  inactive: 'They are inactive',
  key_refused: 'The push service refused this installation’s key',
  message_refused: 'The other side refused this message',
  muted: 'They muted the ticket',
  no_access: 'They may not see the ticket',
  no_address: 'There is no address to send to',
  no_number: 'There is no number to send to',
  no_policy: 'No policy asks for a text message here',
  no_subscription: 'They have no device for push',
  nobody_reads: 'Nobody reads that address',
  not_concerned: 'No rule names them for this event',
  not_configured: 'This installation does not send on this channel',
  not_pm: 'Text messages are for project managers',
  not_wanted: 'Whoever posted it wanted none sent',
  one_per_offline_session: 'An email told them already since they were last online',
  online: 'They were online and saw it in the chat',
  opted_out: 'Their number gets no text messages',
  outcome_unknown: 'The other side did not say whether it took it',
  overloaded: 'The other side was overloaded',
  person_limit: 'The day’s limit for this person is reached',
  private_address: 'The address is not a public one',
  provider_down: 'The provider was down',
  quiet_hours: 'It waits for the end of their quiet hours',
  rate_limited: 'The other side asked for a pause, or a limit was reached',
  read: 'They had read it',
  recipient_refused: 'The mail server refused the recipient',
  removed: 'It was removed',
  renewed: 'A newer one stands in its place',
  resolved: 'Somebody handled it meanwhile',
  rule_off: 'An administrator switched the rule off',
  same_act: 'The same act was told of by another event',
  seen: 'They had seen it',
  sender_refused: 'The mail server refused this sender',
  server_busy: 'The server was busy',
  server_refused: 'The server refused',
  service_error: 'The service failed',
  snoozed: 'They put it off',
  soft_bounces: 'Emails came back five times within a week',
  subscription_ended: 'The device’s subscription has ended',
  suppressed: 'Nothing is sent to this address any more',
  switched_off: 'The department or the help topic switched it off',
  timeout: 'The other side did not answer in time',
  too_large: 'It was too large',
  too_late: 'It came too late to be of use',
  unknown_agent: 'The directory does not know them',
  unreachable: 'The other side cannot be reached',
  unsubscribed: 'They unsubscribed',
  vacation: 'They are on vacation',
};

const REASONS: Record<string, string> = {
  assigned: 'it was assigned to them',
  team_assigned: 'it was assigned to a team of theirs',
  mentioned: 'they were mentioned',
  note_added: 'a note was added to their ticket',
  reopened: 'it was reopened, and they had it before',
  customer_reply: 'the customer wrote on their ticket',
  new_conversation: 'it is a new chat that they may answer',
  watching: 'they watch the ticket',
  team_member: 'they are in the team that has it',
  department_member: 'they are in the department that has it',
  department_manager: 'they manage the department that has it',
  escalated: 'their ticket was escalated',
  ai_critical: 'their ticket became critical',
  over_budget: 'their ticket is over its budget',
  doc_review: 'it waits for their review',
  overdue: 'their ticket is overdue',
  transferred: 'it came to their department',
  emoji: 'somebody reacted to their comment',
  nobody_reached: 'nobody else was told, and they answer for it',
  pm: 'they are its project manager',
  admin: 'it goes to the administrative address',
  account_manager: 'they look after the customer’s organization',
  last_respondent: 'they were the last to answer',
  team_lead: 'they lead the team that has it',
  customer: 'they are the customer',
  participant: 'they take part in the ticket',
  custom: 'it was addressed to them',
  test: 'they asked for a test',
};

export function channelName(channel: string): string {
  return CHANNELS[channel] ?? channel.replaceAll('_', ' ');
}

export function whyWords(code: string): string {
  return WHY[code] ?? capital(code.replaceAll('_', ' '));
}

export function reasonWords(code: string): string {
  return REASONS[code] ?? code.replaceAll('_', ' ');
}

/** `alerts.assignment.agent` and its like: what asked for a delivery. */
export function purposeWords(purpose: string): string {
  if (purpose === 'fallback') return 'no device confirmed it';
  if (purpose.startsWith('alerts.'))
    return `alert ${purpose.slice('alerts.'.length).replaceAll('_', ' ').replace('.', ', ')}`;
  return purpose.replaceAll('_', ' ').replaceAll('.', ', ');
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const STEPS: Record<string, string> = {
  accepted: 'Accepted',
  stored: 'Stored for',
  acked: 'Confirmed by a device of',
  read: 'Read by',
  cleared: 'Dismissed by',
  snoozed: 'Put off by',
  resolved: 'Handled for',
  planned: 'Planned for',
  tried: 'Tried for',
  sent: 'Sent to',
  held: 'Held back for',
  failed: 'Failed for',
  cancelled: 'Not needed any more for',
  skipped: 'Not sent to',
  expired: 'Given up for',
};

export function stepWords(what: string, withRecipient: boolean): string {
  const words = STEPS[what] ?? capital(what.replaceAll('_', ' '));
  return withRecipient ? words : words.replace(/ (for|by|to|by a device of)$/, '');
}
