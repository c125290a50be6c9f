// What the server says and hears, written by scripts/api-types from its OpenAPI document.
// Do not edit: change the schema in server/schemas and run scripts/api-types.

/** A page of a list; `next` is the cursor of the following page, null at the end. */
export interface Page<T> {
  items: T[]
  next: string | null
}

/** What wx.requestSubscribeMessage answered on the phone, per template id. */
export interface AcceptsIn {
  results: Record<string, 'accept' | 'acceptWithAudio' | 'reject' | 'ban' | 'filter'>
}

export interface ActivityBriefOut {
  id: string
  title: string
}

export type ActivityKind = 'lecture' | 'fair' | 'salon' | 'match' | 'class' | 'consult' | 'outing' | 'meeting' | 'online' | 'volunteer'

/** An activity as a member sees it, with every session. `colleagues` and `materials` are told of one activity, not in lists: how many others of the caller's company have a place (null where that is not told), and what is handed out afterwards, to who was there. */
export interface ActivityOut {
  body: string
  cancel_hours: number
  cancel_reason: string
  co_hosts: string[]
  colleagues: number | null
  cover: string
  eligibility_reason: string
  experts: string[]
  five_goals: string[]
  hosts: string[]
  id: string
  kind: ActivityKind
  materials: FileOut[]
  max_party: number
  meeting_point: string
  one_session_each: boolean
  place: string
  questions: QuestionOut[]
  quorum: QuorumOut | null
  result: string
  series: SeriesOut
  sessions: SessionOut[]
  shared_to: SharedTo
  signup_closes_at: string | null
  signup_mode: SignupMode
  signup_opens_at: string | null
  slot_minutes: number | null
  space: SpaceBriefOut
  state: ActivityState
  theme: string
  title: string
  volunteer_hours: number | null
  volunteer_role: string
}

export type ActivityState = 'draft' | 'scheduled' | 'cancelled' | 'ended' | 'archived'

/** `key` goes into the header `X-Device-Key` of later calls and is told this once. */
export interface AddedDeviceOut {
  added_at: string
  added_by: string
  id: string
  is_revoked: boolean
  key: string
  last_seen_at: string | null
  name: string
  space_id: string
}

/** The whole agenda in its order; lines left out are taken off. */
export interface AgendaIn {
  items: AgendaLineIn[]
  version: number
}

export interface AgendaItemOut {
  activity_id: string | null
  id: string
  kind: AgendaKind
  need_id: string | null
  note: string
  task_id: string | null
  text: string
}

export type AgendaKind = 'task' | 'need' | 'menu' | 'other'

/** A line of the agenda; `item_id` is of one that stands there already. */
export interface AgendaLineIn {
  item_id?: string | null
  note?: string
  text: string
}

/** How many gave an answer. */
export interface AnswerCountOut {
  answer: string
  count: number
}

export interface AnswerIn {
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  /** With outcome explained: the level asked before saying that it cannot be done. */
  consulted?: string
  /** The number of the need that goes on, with outcome duplicate_of. */
  duplicate_of?: string | null
  outcome: 'solved' | 'partly' | 'explained' | 'transferred' | 'duplicate_of'
  text: string
  version: number
}

export interface AppealIn {
  text: string
}

/** An appeal as staff read it. */
export interface AppealOut {
  activity: string
  appealed_at: string
  decision_reason: string
  id: string
  person: string
  session_id: string
  state: AppealState
  text: string
}

export type AppealState = 'none' | 'open' | 'granted' | 'refused'

/** How far one of the staff is; no id: nobody has it yet. */
export interface AssigneeStandingOut {
  answered: number
  assignee_id: string | null
  done: number
  name: string
  needs: number
  refused: number
  targets: number
  todo: number
  unreachable: number
}

/** A person as staff at the door see them. */
export interface AttendeeOut {
  enterprise: string | null
  name: string
  phone_masked: string | null
  user_id: string
}

/** One fact that changed. */
export interface AuditChangeOut {
  after: unknown
  before: unknown
  name: string
}

/** One act that left a trace, as far as the reader may see it. */
export interface AuditLineOut {
  action: string
  actor_kind: string
  actor_name: string
  at: string
  changes: AuditChangeOut[]
  id: string
  object_id: string | null
  object_type: string
  place: string
  reason: string
  request_id: string
}

export interface BriefCheckinOut {
  checked_in_at: string
  id: string
  left_at: string | null
}

export interface BuildingOut {
  address: string
  id: string
  latitude: number | null
  longitude: number | null
  name: string
}

/** The button: `at` is when signing up opens (not_open) or when the offer ends (offered); `invited`: the place offered is kept because of a need of theirs. */
export interface ButtonOut {
  at: string | null
  can_join_waitlist: boolean | null
  invited: boolean | null
  position: number | null
  reason: string | null
  signup_id: string | null
  state: ButtonState
}

/** What the one button of a session says, most important first. */
export type ButtonState = 'ended' | 'cancelled' | 'attended' | 'confirmed' | 'offered' | 'waitlisted' | 'pending' | 'lottery_joined' | 'lost' | 'no_signup_needed' | 'not_open' | 'closed' | 'full' | 'restricted' | 'sign_up'

/** A call to oneself, with the need it is about. */
export interface CallOut {
  escalation: EscalationOut
  need: NeedHeadOut
}

export interface CallPageOut {
  escalation: EscalationOut
  need: NeedHeadOut
  words: NeedWordsOut
}

/** One thing told to many; `total` is how many people were reached so far. */
export interface CampaignOut {
  created_at: string
  id: string
  kind: string
  space_id: string
  state: CampaignState
  stop_reason: string
  title: string
  total: number
}

export type CampaignState = 'spreading' | 'running' | 'paused' | 'stopped' | 'cancelled' | 'done'

export interface CampaignsOut {
  items: CampaignOut[]
}

export interface CancelIn {
  reason: string
  version: number
}

/** How many places a session has from now on, fewer than are taken too; null lifts the limit. */
export interface CapacityIn {
  capacity: number | null
  reason: string
}

export interface CategoriesOut {
  items: CategoryOut[]
}

/** A kind of need; its questions are `{key, label, kind, options, required}`. */
export interface CategoryOut {
  code: string
  contact_days: number
  hint: string
  name: string
  questions: (Record<string, unknown>)[]
  resolve_days: number
  urgent_days: number
}

/** What a flagged person is asked to show: a colour and a word of this very minute. `color` is a CSS colour, `color_name` what people call it. */
export interface ChallengeOut {
  color: string
  color_name: string
  valid_to: string
  word: string
}

/** How the check-in stands after it. */
export interface ChallengedOut {
  challenged_at: string | null
  flags: string[]
  id: string
  is_voided: boolean
}

/** What people knew before time or place changed. */
export interface ChangeOut {
  at: string
  place: string | null
  starts_at: string | null
}

/** `already_checked_in` is good news too: it shows when, so that one can prove it. */
export interface CheckedInOut {
  checkin: CheckinOut
  result: 'checked_in' | 'already_checked_in'
}

/** What the camera read: the code or the whole link; or the `ticket` of a `not_signed_up`. `walk_in` signs up on the spot; `party_present` is how many came along (default: as many as were signed up). */
export interface CheckinIn {
  party_present?: number | null
  token: string
  walk_in?: boolean
}

export type CheckinMethod = 'self_qr' | 'staff_scan' | 'staff_search' | 'walk_in' | 'offline_sync' | 'roster'

export interface CheckinOut {
  activity: ActivityBriefOut
  checked_in_at: string
  id: string
  method: CheckinMethod
  party_present: number
  session: SessionBriefOut
}

export interface ChoiceOut {
  id: string
  name: string
}

/** To whom a need can be sent. */
export interface ChoicesOut {
  partners: ChoiceOut[]
  staff: ChoiceOut[]
}

export interface ClusterIn {
  need_ids?: string[]
  note?: string
  space_id: string
  title: string
}

export interface ClusterNeedOut {
  cluster_id: string | null
  id: string
  no: string
  state: NeedState
  title: string
}

/** Needs to put in and to take out. */
export interface ClusterNeedsIn {
  add?: string[]
  remove?: string[]
}

/** A group of needs; each of them keeps its own state, owner and promise. */
export interface ClusterOut {
  companies: number
  effect: EffectOut
  id: string
  needs: ClusterNeedOut[]
  note: string
  open: number
  says: string
  space_id: string
  state: ClusterState
  title: string
  version: number
}

/** What is left out stays as it is. */
export interface ClusterPatchIn {
  note?: string | null
  state?: ClusterState | null
  title?: string | null
  version: number
}

export type ClusterState = 'open' | 'planned' | 'closed'

export interface ClustersOut {
  items: ClusterOut[]
}

/** The one-time code WeChat gave the phone. */
export interface CodeIn {
  code: string
}

/** One code and the time it is to be shown. */
export interface CodeOut {
  slot: number
  url: string
  valid_from: string
  valid_to: string
}

/** A mini-program code as a data URL (`data:image/jpeg;base64,…`), for a canvas. */
export interface CodePictureOut {
  picture: string
}

/** The next codes to show, so that a short outage does not blank the screen. */
export interface CodesOut {
  activity: ActivityBriefOut
  codes: CodeOut[]
  present: PresenceOut
  server_time: string
  session: SessionBriefOut
  slot_seconds: number
}

/** `takes_suspects`: also add the lines that look like a company there is. */
export interface ConfirmIn {
  takes_suspects?: boolean
}

/** A yes or no to one document in one version. */
export interface ConsentIn {
  given?: boolean
  kind: 'privacy' | 'terms' | 'self_tags'
  version: string
}

export interface ConsentOut {
  at: string
  given: boolean
  kind: string
  version: string
}

/** Everything held about the person who asks: the one answer with their own name and number. */
export interface CopyOut {
  checkins: (Record<string, unknown>)[]
  enterprises: (Record<string, unknown>)[]
  files: (Record<string, unknown>)[]
  messages: (Record<string, unknown>)[]
  needs: (Record<string, unknown>)[]
  profile: Record<string, unknown>
  signups: (Record<string, unknown>)[]
  wallet: (Record<string, unknown>)[]
}

/** What staff get back for a need taken in: they may not be allowed to read it later. */
export interface CreatedNeedOut {
  id: string
  no: string
  promise: PromiseOut
  version: number
}

export interface DayIn {
  kind: DayKind
  name?: string
}

export type DayKind = 'work' | 'rest'

/** One day; `confirmed` false means that it may still change. */
export interface DayOut {
  confirmed: boolean
  day: string
  kind: DayKind
  name: string
  source: string
}

/** A word to the person; a refusal should have one. */
export interface DecisionIn {
  reason?: string
}

/** Why somebody is not let in; they are told. */
export interface DeclineIn {
  reason: string
}

/** What became of one message. Whom it was for is not told. */
export interface DeliveryOut {
  attempts: number
  created_at: string
  delivered_at: string | null
  errcode: number | null
  error: string
  id: string
  kind: string
  sent_at: string | null
  space_id: string | null
  state: DeliveryState
  title: string
}

export type DeliveryState = 'queued' | 'reserved' | 'sending' | 'sent' | 'delivered' | 'unknown' | 'failed_refused' | 'failed_param' | 'failed_temp' | 'skipped_no_quota' | 'expired' | 'folded' | 'muted'

/** `guests` are people without an account, counted by hand and shown separately; `over_capacity` counts who was let in beyond the capacity. */
export interface DeskPresenceOut {
  by_door: DoorCountOut[]
  by_method: MethodCountOut[]
  capacity: number | null
  guests: number
  over_capacity: number
  people: number
  persons: number
  signed_up: number
}

/** Which phone, as people at the door call it: 一号门手机. */
export interface DeviceIn {
  name: string
  space_id: string
}

export interface DeviceOut {
  added_at: string
  added_by: string
  id: string
  is_revoked: boolean
  last_seen_at: string | null
  name: string
  space_id: string
}

/** To whom: a partner, a colleague, or, as `lead_unit`, a body that is in no register, for which the sender keeps the lead. `due_on` left out: when the answer is due. */
export interface DispatchIn {
  due_on?: string | null
  lead_unit?: string
  note?: string
  partner_id?: string | null
  role?: DispatchRole
  staff_id?: string | null
  version: number
}

/** A part of a need somebody has in hand. */
export interface DispatchOut {
  due_at: string | null
  id: string
  name: string
  note: string
  partner_id: string | null
  reason: string
  result: string
  role: DispatchRole
  role_name: string
  staff_id: string | null
  state: DispatchState
  state_name: string
  version: number
}

export type DispatchRole = 'lead' | 'assist'

/** `recalled`: taken back by the desk, which is nobody's refusal. */
export type DispatchState = 'sent' | 'accepted' | 'done' | 'returned' | 'recalled'

export interface DoorCountOut {
  door: string
  persons: number
}

/** Which menu to begin. */
export interface DraftIn {
  month: string
  space_id: string
}

/** A lottery. From its opening the `commitment` is there; the rest comes with the draw, and with it everybody can draw again: docs/signups.md says how. */
export interface DrawOut {
  cap: number | null
  closes_at: string
  commitment: string
  drawn_at: string | null
  draws_at: string
  entered: number
  entries: EntryOut[]
  places: number | null
  result: DrawnOut[]
  secret: string | null
  seed: string | null
  session_id: string
  version: string
}

export interface DrawnOut {
  code: string
  rank: number
  won: boolean
}

/** What must be on the person's phone; `before`: what was there until a moment ago, which may still be shown in the first seconds of a minute. */
export interface DueChallengeOut {
  before: ChallengeOut
  current: ChallengeOut
  flags: string[]
  name: string
  server_time: string
}

/** What was held for the needs and what their owners say; needs count once. */
export interface EffectOut {
  activities: number
  line: string
  needs: number
  no: number
  partly: number
  waiting: number
  yes: number
}

/** A company as anybody may find it: no more than its name and where it is. */
export interface EnterpriseBrief {
  building: string | null
  id: string
  name: string
}

/** A number of the file; its rows are the timeline of that `code`. */
export interface EnterpriseFigureOut {
  code: string
  name: string
  unit: string
  value: number
}

/** A company on one page (一企一档), as far as the asking staff may see it. */
export interface EnterpriseFileOut {
  enterprise: EnterpriseOut
  figures: EnterpriseFigureOut[]
  former: EnterpriseRef[]
  last_at: string | null
  pages: number
  timeline: EventOut[]
}

/** A company with all its facts. */
export interface EnterpriseOut {
  building: string | null
  building_id: string | null
  credit_code: string | null
  id: string
  industry: string
  name: string
  room: string
  short_name: string
  size_band: string
  status: EnterpriseStatus
  tags: string[]
  tenancy_from: string | null
  tenancy_to: string | null
  version: number
}

/** A company where only its name is shown. */
export interface EnterpriseRef {
  id: string
  name: string
}

export type EnterpriseStatus = 'active' | 'moved_out' | 'merged'

/** A party in the draw: `code` tells its person that it is theirs and nobody else whose; parties with the same `group` share a company's cap, `-` stands for none. */
export interface EntryOut {
  code: string
  group: string
  party: number
  tickets: number
}

/** A dispatch in one's own hands, with the need it is about. */
export interface ErrandOut {
  dispatch: DispatchOut
  is_overdue: boolean
  need: NeedHeadOut
}

export interface ErrandPageOut {
  actions: string[]
  dispatch: DispatchOut
  is_overdue: boolean
  need: NeedHeadOut
  words: NeedWordsOut
}

/** `partner_id` left out: the town is called. */
export interface EscalateIn {
  days?: number
  partner_id?: string | null
  reason: string
  version: number
}

/** What a called level does: it advises, takes part, or, to an appeal, stands by the answer. */
export type EscalationAnswer = 'advice' | 'takes_part' | 'upheld'

/** `advice` to a call, `upheld` to an appeal, `takes_part` to either. */
export interface EscalationAnswerIn {
  answer: EscalationAnswer
  text: string
}

/** A level or body called to a need. `partner_id` null: the town. */
export interface EscalationOut {
  answer: EscalationAnswer | null
  answered_at: string | null
  due_at: string
  id: string
  is_appeal: boolean
  is_overdue: boolean
  name: string
  partner_id: string | null
  reason: string
  state: EscalationState
  text: string
}

export type EscalationState = 'open' | 'answered'

/** One thing that happened; `row_id` is of what `kind` says, a visit's is its target's. */
export interface EventOut {
  at: string
  detail: string
  kind: string
  row_id: string
  title: string
  weight: number
}

/** Somebody on the list. `pass_key` verifies their pass for this session, and nothing else. */
export interface ExpectedOut {
  checked_in_at: string | null
  enterprise: string | null
  name: string
  party_size: number
  pass_key: string
  signup_id: string
  state: SignupState
  user_id: string
}

export interface ExpertChangeIn {
  active?: boolean
  availability?: string
  bio?: string
  is_shared?: boolean
  name: string
  partner_id?: string | null
  phone?: string
  skills?: string
  title?: string
  version: number
}

/** With the phone and with the hours given so far. */
export interface ExpertFullOut {
  active: boolean
  availability: string
  bio: string
  hours: number
  id: string
  is_shared: boolean
  name: string
  org_unit: string
  org_unit_id: string
  partner: PartnerBriefOut | null
  phone: string
  skills: string
  title: string
  version: number
}

export interface ExpertOut {
  active: boolean
  availability: string
  bio: string
  id: string
  is_shared: boolean
  name: string
  org_unit: string
  org_unit_id: string
  partner: PartnerBriefOut | null
  skills: string
  title: string
  version: number
}

export interface ExtendIn {
  days: number
  reason: string
  version: number
}

/** `words` are required with a refusal. */
export interface ExtensionDecisionIn {
  approved: boolean
  version: number
  words?: string
}

export interface ExtensionOut {
  days: number
  decision: string
  due_after: string | null
  due_before: string
  id: string
  reason: string
  state: ExtensionState
}

export type ExtensionState = 'asked' | 'approved' | 'refused'

export interface FieldErrorOut {
  field: string
  message: string
}

/** A number with its definition. `value` of a rate is 0 to 1; null: nothing to divide by, or hidden because it concerns fewer than five persons. `band`: a share beside the value, not in it. */
export interface FigureOut {
  as_of: string
  band: number | null
  code: string
  coverage: number | null
  definition: string
  denominator: number | null
  display: string
  is_hidden: boolean
  name: string
  numerator: number
  unit: string
  value: number | null
}

/** One file of a multipart form. `name`: what people know it by, where the file's own name in the form tells nothing (WeChat's temporary paths). */
export interface FileIn {
  file: string
  name?: string
}

/** An upload. `url` (to be laid onto the server's address) is a signed link for the one who asks; null while WeChat's check is open and the reader is not its owner, and when it refused. Pixels are those of pictures. */
export interface FileOut {
  check_state: MediaCheck
  created_at: string
  height: number | null
  id: string
  is_picture: boolean
  media_type: string
  name: string
  /** Bytes. */
  size: number
  url: string | null
  width: number | null
}

/** What a person has done here, counted as the statistics count it. */
export interface FootprintOut {
  attendances: number
  first_seen_at: string
  /** How long the sessions they were at were planned to take. */
  minutes: number
  needs_raised: number
  /** Attendances and the companions brought along. */
  person_times: number
  series: SeriesCountOut[]
  series_offered: number
  /** Series on offer they have not been to. */
  to_come: SeriesCountOut[]
  /** How long they volunteered: until checked out, else as the activity counts it. */
  volunteer_minutes: number
}

/** Somebody who was looked for; without a signup `signup_id` and `state` are null. */
export interface FoundOut {
  checkin: BriefCheckinOut | null
  enterprise: string | null
  name: string
  party_size: number
  phone_masked: string | null
  signup_id: string | null
  state: SignupState | null
  user_id: string
}

/** Somebody staff put on the list. A phone number finds the member it belongs to. */
export interface GuestIn {
  enterprise_id?: string | null
  name: string
  party_size?: number
  phone?: string
  reason?: string
  when_full?: 'refuse' | 'wait' | 'beyond'
}

/** How many people without an account are there, counted by hand, all told. */
export interface GuestsIn {
  count: number
}

/** `version` of the dispatch. */
export interface HandIn {
  version: number
}

export interface HandReasonIn {
  reason: string
  version: number
}

/** `need_version`: of the need one was looking at; `public`: to the submitter. */
export interface HandReplyIn {
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  need_version: number
  public?: boolean
  text: string
  version: number
}

export interface HandResultIn {
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  result: string
  version: number
}

/** Who has a need in hand, what was asked for it and who was called to it. */
export interface HandsOut {
  dispatches: DispatchOut[]
  escalations: EscalationOut[]
  extensions: ExtensionOut[]
}

export type ImportState = 'read' | 'running' | 'done'

/** A page of the inbox, and how many messages are unread in all. */
export interface InboxOut {
  items: MessageOut[]
  next: string | null
  unread: number
}

/** An activity on the menu and a line about it. */
export interface ItemIn {
  activity_id: string
  blurb?: string
}

/** One company: by its id, or by the name it is to be added under. */
export interface JoinIn {
  building_id?: string
  enterprise_id?: string
  name?: string
}

/** What became of the resolutions of the meeting before. */
export interface LastTimeOut {
  done: number
  dropped: number
  meeting_id: string
  sentence: string
  starts_at: string
  total: number
}

export interface LedgerOut {
  items: DeliveryOut[]
  next: string | null
  troubles: TroublesOut
}

export interface LinkIn {
  activity_id: string
  hold_seat?: boolean
  version: number
}

/** The token is told this once; it goes into `Authorization: Bearer`. */
export interface LoggedInOut {
  expires_at: string
  token: string
  user: UserOut
}

/** A company that could not be visited, or is to be after all. */
export interface MarkIn {
  reason?: string
  state: 'todo' | 'refused' | 'unreachable'
  version: number
}

/** What became of the WeChat message, in plain words. */
export interface MarkOut {
  state: 'delivered' | 'waiting' | 'not_delivered' | 'inbox_only'
  text: string
}

/** There is no next page: whoever sees `has_more` types one more character. */
export interface MatchesOut {
  has_more: boolean
  items: FoundOut[]
  next: string | null
}

/** Where WeChat's check of a picture stands. */
export type MediaCheck = 'pending' | 'passed' | 'review' | 'refused'

export interface MeetingBriefOut {
  guests: string[]
  id: string
  operator: PartyOut
  party_branch: PartyOut
  place: string
  space: string
  space_id: string
  starts_at: string
  state: MeetingState
  united_front: PartyOut
  version: number
}

export interface MeetingChangeIn {
  guests?: string[]
  operator_id: string
  party_branch_id: string
  place?: string
  starts_at: string
  united_front_id: string
  version: number
}

export interface MeetingOut {
  agenda: AgendaItemOut[]
  cancel_reason: string
  guests: string[]
  id: string
  last_time: LastTimeOut | null
  minutes: string
  operator: PartyOut
  party_branch: PartyOut
  place: string
  present: string
  resolutions: ResolutionOut[]
  space: string
  space_id: string
  starts_at: string
  state: MeetingState
  /** Open tasks of all meetings before this one. */
  still_open: TaskOut[]
  united_front: PartyOut
  version: number
}

export type MeetingState = 'planned' | 'held' | 'cancelled'

/** A member as staff see them: never the real name or the number. */
export interface MemberOut {
  enterprise: EnterpriseRef
  id: string
  nickname: string
  role: MemberRole
  status: MemberStatus
  version: number
}

export type MemberRole = 'staff' | 'contact'

export type MemberStatus = 'pending' | 'verified' | 'ended'

/** Where a person works, and whether staff have verified it. */
export interface MembershipOut {
  enterprise: EnterpriseRef
  role: MemberRole
  status: MemberStatus
}

/** One line of 改了什么. */
export interface MenuChangeOut {
  activity_id: string
  change: string
  text: string
}

/** A draft as its editor wants it: the items in this order, and only these. */
export interface MenuIn {
  foreword?: string
  items: ItemIn[]
  title: string
  version: number
}

export interface MenuItemOut {
  activity: ActivityOut
  blurb: string
}

/** The published menu of a month. */
export interface MenuOut {
  changes: MenuChangeOut[]
  foreword: string
  id: string
  items: MenuItemOut[]
  month: string
  published_at: string | null
  revision: number
  space_id: string
  title: string
}

/** The month at a glance: what there is, and which Spaces have published nothing yet. */
export interface MenusOut {
  items: StaffMenuOut[]
  unpublished: SpaceWithoutMenuOut[]
}

/** Which company stays, and why the two are one. */
export interface MergeIn {
  reason: string
  target_id: string
}

export interface MergeOut {
  id: string
  merged_at: string
  reason: string
  restated: RestatedOut[]
  source: EnterpriseRef
  target: EnterpriseRef
  undo_until: string
  undone_at: string | null
}

/** What a merge would do; nothing is written. */
export interface MergePreviewOut {
  counts: Record<string, number>
  fills: string[]
  restated: RestatedOut[]
  source: EnterpriseOut
  target: EnterpriseOut
  warnings: string[]
}

/** A message of the inbox. */
export interface MessageOut {
  body: string
  created_at: string
  id: string
  kind: string
  mark: MarkOut
  page: string
  read_at: string | null
  subject_id: string
  subject_type: string
  title: string
}

export interface MethodCountOut {
  method: CheckinMethod
  persons: number
}

export interface MilestoneOut {
  on: string
  text: string
}

/** What was said and who was there; `held` true: the meeting took place. */
export interface MinutesIn {
  held?: boolean
  minutes?: string
  present?: string
  version: number
}

/** An activity held for a need: `seat_held_until` while a place is kept, `asked` once it is over and the owner may say whether it helped, `result` what they said. */
export interface NeedActivityOut {
  activity_id: string
  answered_at: string | null
  asked: boolean
  came: boolean | null
  comment: string
  result: Solved | null
  seat_held_until: string | null
  starts_at: string | null
  state: ActivityState
  title: string
}

export interface NeedAppealIn {
  reason: string
}

/** A need in a list. `is_overdue`: a promised moment has passed and the clock runs. */
export interface NeedBriefOut {
  category: string
  category_name: string
  id: string
  is_company: boolean
  is_overdue: boolean
  no: string
  outcome: Outcome | null
  outcome_name: string
  promise: PromiseOut
  received_at: string
  space: string
  space_id: string
  state: NeedState
  state_name: string
  text_check: TextCheck
  title: string
  urgency: Urgency
  version: number
}

/** Of a need what a list says. */
export interface NeedHeadOut {
  category_name: string
  due_resolve: string
  id: string
  no: string
  space: string
  state_name: string
  title: string
  version: number
}

/** A need heard on a visit. */
export interface NeedHeardIn {
  answers?: Record<string, unknown>
  body: string
  category: string
  contact_times?: string
  title: string
  urgency?: Urgency
}

/** A need. `space_id` may be left out by who has chosen a home Space. */
export interface NeedIn {
  answers?: Record<string, unknown>
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  body: string
  category: string
  contact_times?: string
  /** On behalf of one's own company. */
  for_company?: boolean
  space_id?: string | null
  /** The survey that made one think of it. */
  survey_id?: string | null
  title: string
  urgency?: Urgency
}

export interface NeedLineOut {
  at: string
  attachments: FileOut[]
  by: string
  by_kind: string
  is_public: boolean
  text: string
  type: string
}

/** A need with all that was said; `actions` are what the reader may do with it now. */
export interface NeedOut {
  actions: string[]
  activities: NeedActivityOut[]
  answered_at: string | null
  answers: Record<string, string>
  attachments: FileOut[]
  body: string
  category: string
  category_name: string
  closed_at: string | null
  contact_times: string
  first_response_at: string | null
  id: string
  is_company: boolean
  is_overdue: boolean
  lead_unit: string
  no: string
  outcome: Outcome | null
  outcome_name: string
  promise: PromiseOut
  rating: NeedRatingOut | null
  received_at: string
  reopen_count: number
  source: NeedSource
  space: string
  space_id: string
  state: NeedState
  state_name: string
  text_check: TextCheck
  timeline: NeedLineOut[]
  title: string
  urgency: Urgency
  version: number
}

/** Other words for what nobody has taken up yet; what is left out stays. */
export interface NeedPatchIn {
  answers?: Record<string, unknown> | null
  attachments?: string[] | null
  body?: string | null
  contact_times?: string | null
  title?: string | null
  urgency?: Urgency | null
}

export interface NeedRatingIn {
  satisfaction: Satisfaction
  solved: Solved
  text?: string
}

export interface NeedRatingOut {
  at: string
  satisfaction: Satisfaction
  solved: Solved
  text: string
}

export type NeedSource = 'self' | 'visit' | 'phone' | 'meeting' | 'survey'

export type NeedState = 'submitted' | 'triaged' | 'dispatched' | 'in_progress' | 'waiting_info' | 'returned' | 'answered' | 'reopened' | 'closed' | 'withdrawn'

/** What one who was sent or called to a need reads of it. */
export interface NeedWordsOut {
  answers: Record<string, string>
  body: string
  contact_times: string
  enterprise: string
  submitter: string
  timeline: NeedLineOut[]
}

export interface NewExpertIn {
  availability?: string
  bio?: string
  is_shared?: boolean
  name: string
  org_unit_id: string
  partner_id?: string | null
  phone?: string
  skills?: string
  title?: string
}

export interface NewMeetingIn {
  guests?: string[]
  operator_id: string
  party_branch_id: string
  place?: string
  space_id: string
  starts_at: string
  united_front_id: string
}

/** `org_unit_id`: whose it is, a Space or a unit above it. */
export interface NewPartnerIn {
  contact_name?: string
  is_shared?: boolean
  name: string
  note?: string
  org_unit_id: string
  phone?: string
  type: PartnerType
}

export interface NewResourceIn {
  is_shared?: boolean
  kind: ResourceKind
  name: string
  org_unit_id: string
  partner_id?: string | null
  terms?: string
  valid_to?: string | null
}

export interface NewUseIn {
  activity_id?: string | null
  amount?: string
  enterprise_id?: string | null
  expert_id?: string | null
  hours?: number | null
  need_id?: string | null
  outcome?: string
  resource_id?: string | null
  space_id: string
  used_on: string
}

/** A mark: `counts` says whether it does still. */
export interface NoShowOut {
  activity: ActivityBriefOut
  appeal_state: AppealState
  appeal_text: string
  can_appeal: boolean
  counts: boolean
  decision_reason: string
  expires_at: string
  id: string
  session: SessionBriefOut
  state: SignupState
}

/** A page of marks, how many count in all, and in plain words what that means. */
export interface NoShowsOut {
  counting: number
  effect: string
  items: NoShowOut[]
  next: string | null
}

export type Outcome = 'solved' | 'partly' | 'explained' | 'transferred' | 'withdrawn' | 'duplicate_of'

export interface PartnerBriefOut {
  id: string
  name: string
  type: PartnerType
}

/** The whole row anew; `active` false retires it. */
export interface PartnerChangeIn {
  active?: boolean
  contact_name?: string
  is_shared?: boolean
  name: string
  note?: string
  phone?: string
  type: PartnerType
  version: number
}

/** With the phone, which only somebody who opens this one partner sees. */
export interface PartnerFullOut {
  active: boolean
  contact_name: string
  id: string
  is_shared: boolean
  name: string
  note: string
  org_unit: string
  org_unit_id: string
  phone: string
  type: PartnerType
  version: number
}

export interface PartnerOut {
  active: boolean
  contact_name: string
  id: string
  is_shared: boolean
  name: string
  note: string
  org_unit: string
  org_unit_id: string
  type: PartnerType
  version: number
}

export type PartnerType = 'operator' | 'party' | 'union' | 'youth_league' | 'women' | 'science' | 'united_front' | 'community_school' | 'department' | 'provider'

/** How many came along, and why if there are no places for them. */
export interface PartyIn {
  party_present: number
  reason?: string
}

export interface PartyOut {
  id: string
  name: string
}

/** One personal code, upper-case letters and digits, and the time it is to be shown. */
export interface PassCodeOut {
  slot: number
  text: string
  valid_from: string
  valid_to: string
}

/** The next codes to show, so that a short outage does not blank the phone. `party_size` is null without a signup that stands. */
export interface PassOut {
  activity: ActivityBriefOut | null
  challenge: ChallengeOut | null
  codes: PassCodeOut[]
  name: string
  party_size: number | null
  server_time: string
  session: SessionBriefOut | null
  slot_seconds: number
}

/** A signup as staff made or decided it. */
export interface PlacedOut {
  id: string
  party_size: number
  position: number | null
  session_id: string
  state: SignupState
}

/** An activity held for needs: `seats` places are kept 48 hours for those who asked, the longest waiting first, from its publication on. */
export interface PlanIn {
  body?: string
  capacity?: number | null
  ends_at: string
  expert_id?: string | null
  kind?: ActivityKind
  need_ids: string[]
  seats: number
  series_id: string
  starts_at: string
  theme: string
  title: string
  venue_id?: string | null
}

/** The draft that was written; publish it to invite those who asked. */
export interface PlannedOut {
  activity_id: string
  needs: number
  seats: number
}

export interface PresenceOut {
  capacity: number | null
  people: number
  persons: number
  signed_up: number
}

/** RFC 9457 problem details: the one shape of every refusal. */
export interface ProblemOut {
  /** Stable, for programs. */
  code: string
  /** The present state, on a conflict. */
  current: Record<string, unknown> | null
  /** Plain Chinese, fit to show to a person. */
  detail: string
  errors: FieldErrorOut[] | null
  request_id: string
  status: number
  title: string
  type: string
}

/** What is to change; what is not named stays. */
export interface ProfileIn {
  consents?: ConsentIn[]
  home_space?: string | null
  nickname?: string
  /** Switches of the mini-program, laid over the old ones. */
  preferences?: Record<string, unknown>
  real_name?: string | null
  self_tags?: string[]
}

/** When somebody calls and when there is an answer; `explained` says why then, line by line. */
export interface PromiseOut {
  explained: string[]
  provisional: boolean
  resolve_by: string
  respond_by: string
}

/** What the keeper saw when deciding. */
export interface PublishIn {
  version: number
}

/** How a question is answered. Every answer travels as text: the options of a `multi` one to a line, `ages` (of the children brought along) parted by commas, `yes_no` as `yes` or `no`. */
export type QuestionKind = 'text' | 'choice' | 'multi' | 'yes_no' | 'number' | 'phone' | 'ages'

/** A question as the person is asked it. */
export interface QuestionOut {
  is_private: boolean
  key: string
  kind: QuestionKind
  label: string
  options: string[]
  purge_on: string | null
  required: boolean
}

/** What came of a question: counts per option, the average of a scale, the texts of a text. */
export interface QuestionResultOut {
  answered: number
  average: number | null
  counts: AnswerCountOut[]
  question: VisitQuestionOut
  texts: string[]
}

/** How many must be there, and how many members have checked in so far. */
export interface QuorumOut {
  needed: number
  present: number
}

/** 3 满意, 2 基本满意, 1 不满意. */
export interface RatingIn {
  score: number
  text?: string
}

export interface RatingOut {
  created_at: string
  editable_until: string
  id: string
  score: number
  text: string
}

export interface RecallIn {
  reason?: string
  version: number
}

export interface ReopenIn {
  reason: string
}

/** `public` false: a note only colleagues read. */
export interface ReplyIn {
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  public?: boolean
  text: string
  version: number
}

/** A decision and, if somebody has to act, the task; its text is the decision's if left out. */
export interface ResolutionIn {
  task?: TaskIn | null
  text: string
}

export interface ResolutionOut {
  id: string
  tasks: TaskOut[]
  text: string
}

export interface ResourceChangeIn {
  active?: boolean
  is_shared?: boolean
  kind: ResourceKind
  name: string
  partner_id?: string | null
  terms?: string
  valid_to?: string | null
  version: number
}

export type ResourceKind = 'fund' | 'venue' | 'expert' | 'policy' | 'other'

export interface ResourceOut {
  active: boolean
  id: string
  is_shared: boolean
  kind: ResourceKind
  name: string
  org_unit: string
  org_unit_id: string
  partner: PartnerBriefOut | null
  terms: string
  valid_to: string | null
  version: number
}

/** 企业数 of a Space and month that reads differently since a merge. */
export interface RestatedOut {
  after: number
  before: number
  month: string
  space_id: string
}

/** A figure of one Space that reads differently since `at`: companies were merged or parted (then `reason` is empty), or rows of a closed month changed. Null: there was nothing to divide by. */
export interface RestatementOut {
  after: number | null
  at: string
  before: number | null
  figure: string
  reason: string
  space_id: string
}

export interface ResultIn {
  result?: string
  version: number
}

export interface ResumeIn {
  text?: string
  version: number
}

export type RevisionState = 'draft' | 'published' | 'superseded'

/** The list of a session as it was at `taken_at`, for a phone that may lose its network. */
export interface RosterOut {
  activity: ActivityBriefOut
  checkin_closes_at: string
  checkin_opens_at: string
  items: ExpectedOut[]
  server_time: string
  session: SessionBriefOut
  slot_seconds: number
  taken_at: string
}

/** A row a figure was counted from: its value is Σ amount, or Σ amount ÷ Σ base. */
export interface RowOut {
  amount: number
  at: string | null
  base: number
  detail: string
  id: string
  space_id: string | null
  title: string
}

export type Satisfaction = 'satisfied' | 'basic' | 'unsatisfied'

/** What the code on a computer's screen says. */
export interface ScanIn {
  code: string
}

/** A computer that waits for this phone's yes: to log in, or with `binds` to bind the phone to the staff account of that name. */
export interface ScanOut {
  address: string
  asked_at: string
  binds: string | null
  device: string
  expires_at: string
}

/** A session's places; `extra_seats` were already given away when the capacity was lowered. */
export interface SeatsOut {
  capacity: number | null
  extra_seats: number
  seats_taken: number
  session_id: string
  version: number
}

export interface SeededOut {
  /** Days that are different now. */
  changed: number
  year: number
}

export interface SeriesCountOut {
  code: string
  color: string
  icon: string
  id: string
  name: string
  times: number
}

export type SeriesMode = 'open' | 'closed' | 'slots' | 'class' | 'service' | 'meeting'

export interface SeriesOut {
  code: string
  color: string
  icon: string
  id: string
  mode: SeriesMode
  name: string
}

/** As for one session, and which: every one still open (`all`), or these. */
export interface SeriesSignupIn {
  answers?: Record<string, string>
  join_waitlist?: boolean
  party_size?: number
  sessions: 'all' | string[]
}

/** A verdict for every session asked for, in the order of their dates. */
export interface SeriesSignupOut {
  signed_up: number
  verdicts: SessionVerdictOut[]
}

/** A session: when and where. */
export interface SessionBriefOut {
  ends_at: string
  id: string
  place: string
  starts_at: string
  state: SessionState
}

/** A session with its places, its check-in window and the caller's button. */
export interface SessionOut {
  button: ButtonOut
  capacity: number | null
  changed: ChangeOut | null
  checkin_closes_at: string
  checkin_opens_at: string
  ends_at: string
  id: string
  place: string
  seats_taken: number
  starts_at: string
  state: SessionState
  waiting: number
}

export type SessionState = 'scheduled' | 'cancelled' | 'ended'

/** What came of one session: a signup, or the code and sentence that say why there is none. */
export interface SessionVerdictOut {
  code: string | null
  detail: string | null
  session: SessionBriefOut
  signup: SignupOut | null
}

export type SharedTo = 'space' | 'town'

/** A sheet of companies: how many lines of each verdict, how far the writing has come, and a page of its lines. */
export interface SheetOut {
  counts: Record<string, number>
  done: number
  file_name: string
  id: string
  next: string | null
  rows: SheetRowOut[]
  state: ImportState
  total: number
}

export interface SheetRowOut {
  enterprise_id: string | null
  name: string
  note: string
  number: number
  outcome: string | null
  verdict: Verdict
}

/** `shown`: the phone showed them, and the flags are settled. Otherwise the check-in is voided, with a reason. */
export interface ShownIn {
  reason?: string
  shown: boolean
}

/** `party_size` counts the person and everybody they bring. */
export interface SignupIn {
  answers?: Record<string, string>
  join_waitlist?: boolean
  party_size?: number
}

export type SignupMode = 'none' | 'fcfs' | 'lottery' | 'approval'

/** A place in a session; `position` counts from 1 on the waiting list. */
export interface SignupOut {
  activity: ActivityBriefOut
  answers: Record<string, string>
  cancel_until: string
  /** The check-in that stands, to be rated. */
  checkin_id: string | null
  created_at: string
  end_reason: string
  hold_until: string | null
  id: string
  /** The name of one's own entry in the public draw. */
  lottery_code: string | null
  party_size: number
  position: number | null
  rated: boolean
  session: SessionBriefOut
  source: SignupSource
  state: SignupState
}

export type SignupSource = 'self' | 'staff' | 'walk_in' | 'roster' | 'need_invite'

export type SignupState = 'pending' | 'confirmed' | 'waitlisted' | 'offered' | 'declined' | 'cancelled' | 'lost' | 'attended' | 'no_show'

export interface SimilarOut {
  need: ClusterNeedOut
  reasons: string[]
  words: string[]
}

export interface SimilarsOut {
  items: SimilarOut[]
}

export type Solved = 'yes' | 'partly' | 'no'

/** A Space in a list. */
export interface SpaceBrief {
  address: string
  buildings: BuildingOut[]
  code: string
  id: string
  name: string
  opening_hours: string
  type: SpaceType
}

export interface SpaceBriefOut {
  id: string
  name: string
}

export interface SpaceFiguresOut {
  figures: FigureOut[]
  space_id: string
}

/** A Space told in full: venues (the main one first) with their zones, and its story. */
export interface SpaceOut {
  address: string
  buildings: BuildingOut[]
  code: string
  five_goals: string[]
  founded_on: string | null
  id: string
  intro: string
  keepers: string[]
  milestones: MilestoneOut[]
  name: string
  opening_hours: string
  phone: string
  supervisor: string
  type: SpaceType
  venues: VenueOut[]
}

/** A Space where only its name is shown. */
export interface SpaceRef {
  id: string
  name: string
}

export type SpaceType = 'community' | 'park' | 'building' | 'online'

export interface SpaceWithoutMenuOut {
  id: string
  name: string
}

export interface SpacesOut {
  items: SpaceFiguresOut[]
  month: string
}

/** `already_checked_in` is no refusal: it shows since when. */
export interface StaffCheckedInOut {
  checkin: StaffCheckinOut
  result: 'checked_in' | 'already_checked_in'
}

/** The personal code that was scanned, or the signup that was found. `party_present`: how many came along (default: as many as were signed up); `late_reason`: after the window, why; `reason`: for a party larger than there are places. */
export interface StaffCheckinIn {
  client_ref?: string | null
  code?: string | null
  door?: string
  late_reason?: string
  party_present?: number | null
  reason?: string
  session_id: string
  signup_id?: string | null
}

/** `cues` are for the staff's eyes at this moment: that somebody is here for the first time, or has lately asked for something. People may turn them off. */
export interface StaffCheckinOut {
  activity: ActivityBriefOut
  checked_in_at: string
  cues: string[]
  door: string
  flags: string[]
  id: string
  left_at: string | null
  method: CheckinMethod
  party_present: number
  party_size: number
  person: AttendeeOut
  reason: string
  session: SessionBriefOut
  signup_id: string | null
  voided_at: string | null
}

export interface StaffItemOut {
  activity_id: string
  blurb: string
  order: number
  snapshot: Record<string, unknown>
}

/** A revision as its editors see it: with what stands in the way of publishing it, and what publishing it would change. Both are empty once it is published. */
export interface StaffMenuOut {
  changes: MenuChangeOut[]
  foreword: string
  id: string
  items: StaffItemOut[]
  month: string
  problems: string[]
  published_at: string | null
  revision: number
  space_id: string
  state: RevisionState
  title: string
  version: number
}

/** A need heard on the phone, on a visit, at a meeting or in a survey. */
export interface StaffNeedIn {
  answers?: Record<string, unknown>
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  body: string
  category: string
  contact_times?: string
  enterprise_id?: string | null
  source: 'phone' | 'visit' | 'meeting' | 'survey'
  space_id: string
  title: string
  urgency?: Urgency
  user_id?: string | null
}

/** The same as staff see it, with whose it is, the notes between colleagues, and who has it in hand. */
export interface StaffNeedOut {
  actions: string[]
  activities: NeedActivityOut[]
  answered_at: string | null
  answers: Record<string, string>
  attachments: FileOut[]
  body: string
  category: string
  category_name: string
  closed_at: string | null
  consulted: string
  contact_times: string
  enterprise: string
  first_response_at: string | null
  hands: HandsOut
  id: string
  is_company: boolean
  is_overdue: boolean
  lead_unit: string
  no: string
  outcome: Outcome | null
  outcome_name: string
  paused_days: number | null
  promise: PromiseOut
  rating: NeedRatingOut | null
  received_at: string
  reopen_count: number
  source: NeedSource
  space: string
  space_id: string
  staff_summary: string
  state: NeedState
  state_name: string
  submitter: string
  text_check: TextCheck
  timeline: NeedLineOut[]
  title: string
  urgency: Urgency
  version: number
}

export interface StaffOut {
  id: string
  name: string
  roles: string[]
  spaces: StaffSpaceOut[]
}

/** A session of the day as staff find it; `phase` is where its check-in stands. `guests` were counted by hand; `counts_time`: how long people stay matters, so they are checked out too. */
export interface StaffSessionOut {
  activity: ActivityBriefOut
  checkin_closes_at: string
  checkin_opens_at: string
  color: string
  counts_time: boolean
  ends_at: string
  guests: number
  id: string
  is_rehearsal: boolean
  phase: 'cancelled' | 'before' | 'open' | 'over'
  place: string
  present: PresenceOut
  series: string
  space: SpaceBriefOut
  starts_at: string
  state: SessionState
}

/** A Space somebody works for, and what they may do there. */
export interface StaffSpaceOut {
  id: string
  name: string
  verbs: string[]
}

export interface StaffTextIn {
  text: string
  version: number
}

/** How far a season is. `answered` counts the visits on which the questions were answered. */
export interface StandingOut {
  answered: number
  done: number
  needs: number
  refused: number
  targets: number
  todo: number
  unreachable: number
}

/** The figures of a month, and which of them changed after they could have been told. */
export interface SummaryOut {
  figures: FigureOut[]
  month: string
  restated: RestatementOut[]
  space_ids: string[]
}

export interface SupplementIn {
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  text: string
}

/** The answers by the key of their question; each travels as text, see `VisitQuestionKind`. */
export interface SurveyAnswersIn {
  answers: Record<string, unknown>
}

/** A survey open to the member who asks. */
export interface SurveyBriefOut {
  ends_on: string
  /** The Space or the town that asks. */
  from_name: string
  id: string
  is_anonymous: boolean
  is_answered: boolean
  kind: SurveyKind
  questions_count: number
  title: string
}

export type SurveyKind = 'survey' | 'pulse'

/** A survey with what it asks. */
export interface SurveyOut {
  ends_on: string
  /** The Space or the town that asks. */
  from_name: string
  id: string
  intro: string
  is_anonymous: boolean
  is_answered: boolean
  kind: SurveyKind
  questions: VisitQuestionOut[]
  questions_count: number
  title: string
}

/** What is open to the member, what they have not answered first. */
export interface SurveysOut {
  items: SurveyBriefOut[]
}

/** `sent_at`: what the phone's clock says now; by it the server corrects each `occurred_at`. */
export interface SyncIn {
  items: SyncItemIn[]
  sent_at?: string | null
}

/** One check-in of the queue: somebody's personal code, or their signup when found by name. What is wrong with it is said in its verdict, so that it does not hold up the others. */
export interface SyncItemIn {
  client_ref: string
  code?: string | null
  occurred_at: string
  party_present?: number | null
  session_id: string
  signup_id?: string | null
}

/** One verdict per item, in their order. */
export interface SyncOut {
  server_time: string
  verdicts: VerdictOut[]
}

/** The check-in that stands for an item. */
export interface SyncedOut {
  checked_in_at: string
  flags: string[]
  id: string
  is_voided: boolean
  name: string
  party_present: number
  session_id: string
  signup_id: string | null
  user_id: string
}

/** One item of the queue: a visit (`visit`), or why there was none (`state` and `reason`). What is wrong with it is said in its verdict, so that it does not hold up the others. */
export interface SyncedVisitIn {
  client_ref: string
  reason?: string
  state: string
  target_id: string
  visit?: Record<string, unknown> | null
}

export type TargetState = 'todo' | 'done' | 'refused' | 'unreachable'

export interface TaskChangeIn {
  activity_id?: string | null
  due_on: string
  need_id?: string | null
  owner_partner_id?: string | null
  owner_staff_id?: string | null
  owner_text?: string
  text?: string
  version: number
}

/** Who does what by when: an account, a partner, or, where neither fits, a name. */
export interface TaskIn {
  activity_id?: string | null
  due_on: string
  need_id?: string | null
  owner_partner_id?: string | null
  owner_staff_id?: string | null
  owner_text?: string
  text?: string
}

export interface TaskOut {
  activity_id: string | null
  done_at: string | null
  due_on: string
  id: string
  is_late: boolean
  meeting_id: string
  need_id: string | null
  owner: string
  owner_partner_id: string | null
  owner_staff_id: string | null
  result: string
  space_id: string
  state: TaskState
  text: string
  version: number
}

export interface TaskReopenIn {
  version: number
}

export type TaskState = 'open' | 'done' | 'dropped'

/** Where WeChat's check of the words stands. */
export type TextCheck = 'pending' | 'passed' | 'review' | 'refused'

/** Needs nobody has grouped yet, why they might belong together, and the group they might join. */
export interface ThemeOut {
  cluster_id: string | null
  companies: number
  needs: ClusterNeedOut[]
  reason: string
  title: string
}

export interface ThemesOut {
  items: ThemeOut[]
}

export interface TriageIn {
  category?: string | null
  is_cross?: boolean
  lead_unit?: string | null
  summary?: string | null
  version: number
}

/** How many deliveries stand in a state somebody should look at. */
export interface TroublesOut {
  failed_param: number
  failed_refused: number
  failed_temp: number
  unknown: number
}

export type Urgency = 'normal' | 'urgent'

export interface UseOut {
  activity_id: string | null
  amount: string
  enterprise_id: string | null
  expert_id: string | null
  hours: number | null
  id: string
  need_id: string | null
  outcome: string
  /** The company, the number of the need, or the activity. */
  receiver: string
  resource_id: string | null
  space_id: string
  used_on: string
  voided_reason: string
  /** What the resource or the expert is called. */
  what: string
}

export interface UseVoidIn {
  reason: string
}

/** A person as they see themselves. Openid, full number and real name never leave. */
export interface UserOut {
  consents: ConsentOut[]
  display_name: string
  enterprise: MembershipOut | null
  first_seen_at: string
  has_real_name: boolean
  home_space: SpaceRef | null
  id: string
  is_staff: boolean
  nickname: string
  phone: string | null
  preferences: Record<string, boolean>
  self_tags: string[]
}

export interface VenueOut {
  address: string
  area_m2: number | null
  building_id: string | null
  capacity: number | null
  floor: string
  id: string
  latitude: number | null
  longitude: number | null
  name: string
  opening_hours: string
  role: VenueRole
  zones: ZoneOut[]
}

export type VenueRole = 'main' | 'auxiliary' | 'external'

/** What a line of the sheet means against the register. */
export type Verdict = 'new' | 'suspect' | 'changes' | 'same' | 'error'

/** What the owner says of an activity held for their need. */
export interface VerdictIn {
  activity_id: string
  solved: Solved
  text?: string
}

/** The last word on one item: sent again it gets the same. `code` says why it was refused. */
export interface VerdictOut {
  checkin: SyncedOut | null
  client_ref: string
  code: string | null
  detail: string
  verdict: 'checked_in' | 'already_checked_in' | 'refused'
}

export interface VerifyIn {
  role: MemberRole
}

/** A season, and how far it is. */
export interface VisitCampaignBriefOut {
  closed_at: string | null
  ends_on: string
  id: string
  is_anonymous: boolean
  kind: VisitKind
  space_id: string
  standing: StandingOut
  starts_on: string
  title: string
}

/** A season with what is asked in it and how far everybody is. */
export interface VisitCampaignOut {
  assignees: AssigneeStandingOut[]
  closed_at: string | null
  ends_on: string
  id: string
  is_anonymous: boolean
  kind: VisitKind
  questions: VisitQuestionOut[]
  space_id: string
  standing: StandingOut
  starts_on: string
  title: string
}

/** What was seen and heard. `answers` of an anonymous season are kept without whose they are. */
export interface VisitIn {
  answers?: Record<string, unknown>
  /** Uploads of one's own that belong to nothing yet, by their ids. */
  attachments?: string[]
  met?: string
  needs?: NeedHeardIn[]
  signed_off?: boolean
  summary?: string
  visited_at: string
  visitors?: string
}

export type VisitKind = 'spring' | 'research' | 'other'

/** A visit as it was written down. Who was met is told to who visits there; `answers` are empty in an anonymous season. `needs` for who works on needs. */
export interface VisitOut {
  answers: Record<string, string>
  campaign_id: string
  enterprise: string
  enterprise_id: string
  has_answers: boolean
  id: string
  met: string
  needs: NeedBriefOut[]
  photos: FileOut[]
  signed_off_at: string | null
  summary: string
  target_id: string
  version: number
  visited_at: string
  visitors: string
}

/** How a question is answered. Every answer travels as text: the options of a `multi` one to a line, a step of a `scale` as `1` to `5`. */
export type VisitQuestionKind = 'choice' | 'multi' | 'scale' | 'text'

/** A question as it is asked. */
export interface VisitQuestionOut {
  key: string
  kind: VisitQuestionKind
  label: string
  options: string[]
  required: boolean
}

/** What came of the questions. `is_held_back`: an anonymous season with too few answers yet. */
export interface VisitResultsOut {
  answered: number
  is_held_back: boolean
  questions: QuestionResultOut[]
}

export interface VisitSyncIn {
  items: SyncedVisitIn[]
}

export interface VisitSyncOut {
  server_time: string
  verdicts: VisitVerdictOut[]
}

/** A company to visit. `contact` and the masked `phone` only for who visits; `visit_id` once it was visited. */
export interface VisitTargetOut {
  assignee: string
  assignee_id: string | null
  building: string
  campaign_id: string
  contact: string
  enterprise_id: string
  floor: string
  id: string
  last_visited_on: string | null
  name: string
  open_needs: number
  phone: string
  reasons: WhyOut[]
  room: string
  state: TargetState
  state_reason: string
  version: number
  visit_id: string | null
}

/** The last word on one item: sent again it gets the same. `code` says why it was refused. */
export interface VisitVerdictOut {
  client_ref: string
  code: string | null
  detail: string
  verdict: 'recorded' | 'marked' | 'refused'
  visit_id: string | null
}

/** Why the check-in does not count. */
export interface VoidIn {
  reason: string
}

/** Somebody without a place: their personal code, or who was scanned or looked up before. `reason` is needed beyond the capacity and after the window. */
export interface WalkInIn {
  client_ref?: string | null
  code?: string | null
  door?: string
  party_present?: number | null
  reason?: string
  session_id: string
  user_id?: string | null
}

/** How many messages of a kind may still be sent, and the template to ask for more with. One that `is_lasting` and has a balance needs not be asked for again. WeChat lets lasting and other templates not into one pop-up. */
export interface WalletKindOut {
  balance: number
  is_lasting: boolean
  is_refused: boolean
  kind: string
  sentence: string
  template_id: string
  title: string
}

export interface WalletOut {
  items: WalletKindOut[]
}

/** Why a company is on the list, in the order they count. */
export type Why = 'never' | 'open_needs' | 'silent' | 'new' | 'lease' | 'rest' | 'by_hand'

/** Why a company is on the list. */
export interface WhyOut {
  text: string
  why: Why
}

export interface WithdrawIn {
  reason?: string
}

export interface YearIn {
  year: number
}

/** The days that are known. Missing ones count as Monday to Friday, provisionally. */
export interface YearOut {
  items: DayOut[]
  year: number
}

export interface ZoneOut {
  capacity: number | null
  id: string
  name: string
  purpose: string
}
