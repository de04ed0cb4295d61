-- What migrations/0*.sql add up to, as PostgreSQL 15 tells it. Made by ./dev golden.

CREATE EXTENSION IF NOT EXISTS ltree WITH SCHEMA public;

CREATE FUNCTION public.activity_evidence() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.state = 'verified' and old.state <> 'verified' then
    if (select count(*) from attachment where owner_id = new.id and kind in ('panorama','process','people','result') and state not in ('hidden','purged','unreadable')) < 2
      or not exists (select from attachment where owner_id = new.id and kind = 'panorama' and state not in ('hidden','purged','unreadable'))
      or (select count(*) from attachment where owner_id = new.id and kind in ('panorama','process','people','result','sheet') and state not in ('hidden','purged','unreadable')) < 3
      or new.sign_in = '' or char_length(new.content) < 30 or new.place_text = '' then
      raise exception '活动的照片、签到或记录还不齐，不能核验通过' using errcode = 'SB001';
    end if;
  end if;
  return new;
end $$;

CREATE FUNCTION public.agreement_needs_award() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if not exists (select from award where id = new.award_id and state = 'confirmed') then
    raise exception '公示期满、立项以后才能起草协议' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.agreement_signed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if (new.annex, new.digest, new.total, new.award_id, new.host) is distinct from (old.annex, old.digest, old.total, old.award_id, old.host) then
    raise exception '协议起草后内容不能改，只能另签补充协议' using errcode = 'SB001';
  end if;
  if new.state = 'effective' and old.state = 'signing' and (select count(*) from agreement_sign where agreement_id = new.id and digest = new.digest) <> 3 then
    raise exception '三方还没有签齐，协议不能生效' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.assisted_line() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare ties constant text[] := array['resident','team_lead','team_member','team_treasurer','org_officer'];
declare a assistance;
begin
  if new.helper is not null or new.assistance is not null then
    select * into a from assistance where id = new.assistance;
    if a.id is null or a.state <> 'open' or a.helper_id is distinct from new.helper or a.person_id is distinct from new.actor then
      raise exception '这次帮填已经结束了。还要帮的话，请重新开始' using errcode = 'SB001';
    end if;
    if new.role <> all(ties) then
      raise exception '帮填的时候只能办本人自己的事' using errcode = 'SB001';
    end if;
    if (a.paper_id is null or a.read_back_at is null) and not exists (select from assisted_draft d where d.entity = new.entity and d.action = new.action) then
      raise exception '替本人办这一步之前，要先拍下本人签好字的纸，并读给本人听。请点页面上方的「签字和朗读」' using errcode = 'SB001';
    end if;
  elsif new.actor is not null and new.role <> all(ties) and new.role not in ('system','visitor') and helped(new.actor, new.entity_id) then
    raise exception '这一份是您帮着填的，不能再由您来办，请交给别的同事或上一级' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.audit_append(p_chain text, p_canon bytea, p_at timestamp with time zone, p_actor uuid, p_role text, p_role_place public.ltree, p_entity text, p_entity_id uuid, p_version integer, p_action text, p_from text, p_to text, p_place public.ltree, p_reason text, p_data text, p_request text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare head audit_head; next_hash bytea;
begin
  insert into audit_head as h values (p_chain, 1, ''::bytea) on conflict (chain) do update set n = h.n + 1 returning * into head;
  next_hash := sha256(head.hash || int8send(head.n) || p_canon);
  insert into audit_event values (p_chain, head.n, p_at, p_actor, p_role, p_role_place, p_entity, p_entity_id, p_version,
    p_action, p_from, p_to, p_place, p_reason, p_data, p_request, next_hash);
  update audit_head set hash = next_hash where chain = p_chain;
  return head.n;
end $$;

CREATE FUNCTION public.audit_append(p_chain text, p_canon bytea, p_at timestamp with time zone, p_actor uuid, p_role text, p_role_place public.ltree, p_entity text, p_entity_id uuid, p_version integer, p_action text, p_from text, p_to text, p_place public.ltree, p_reason text, p_data text, p_request text, p_helper uuid, p_assistance uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare head audit_head; next_hash bytea;
begin
  insert into audit_head as h values (p_chain, 1, ''::bytea) on conflict (chain) do update set n = h.n + 1 returning * into head;
  next_hash := sha256(head.hash || int8send(head.n) || p_canon);
  insert into audit_event values (p_chain, head.n, p_at, p_actor, p_role, p_role_place, p_entity, p_entity_id, p_version,
    p_action, p_from, p_to, p_place, p_reason, p_data, p_request, next_hash, p_helper, p_assistance);
  update audit_head set hash = next_hash where chain = p_chain;
  return head.n;
end $$;

CREATE FUNCTION public.award_confirm_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.state = 'confirmed' and old.state <> 'confirmed' then
    if exists (select from reopening where proposal_id = new.proposal_id and state = 'open') then
      raise exception '这个项目正在补评，补评结束以后才能确认' using errcode = 'SB001';
    end if;
    if exists (select from objection where award_id = new.id and state in ('received','investigating')) then
      raise exception '还有异议没有答复，不能确认' using errcode = 'SB001';
    end if;
    if not exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state = 'closed')
      or exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state in ('open','suspended')) then
      raise exception '公示期还没有结束，不能确认' using errcode = 'SB001';
    end if;
  end if;
  return new;
end $$;

CREATE FUNCTION public.ballot_in_time() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare b record; p record;
begin
  if tg_op = 'DELETE' then b := old; else b := new; end if;
  select state, opens_at, closes_at, most into p from poll where id = b.poll_id for share;
  if p.state is distinct from 'planned' or tg_op <> 'DELETE' and (b.at < p.opens_at or b.at >= p.closes_at) then
    raise exception '现在不是投票的时间' using errcode = 'SB001';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  perform pg_advisory_xact_lock(hashtextextended('ballot of ' || new.poll_id || ' ' || new.person_id, 0));
  return new;
end $$;

CREATE FUNCTION public.ballot_within() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare most int;
begin
  select p.most into most from poll p where p.id = new.poll_id;
  if most > 0 and (select count(*) from ballot where poll_id = new.poll_id and person_id = new.person_id) > most then
    raise exception '选的项目超过了公告里定的个数' using errcode = 'SB001';
  end if;
  if most = 0 and exists (select from ballot where poll_id = new.poll_id and person_id = new.person_id and track = new.track and proposal_id <> new.proposal_id) then
    raise exception '每个赛道只能选一个项目' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.check_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  -- Counters may move under an unchanged version; a state never does.
  if new.version <> old.version + 1 and (new.version <> old.version or new.state is distinct from old.state) then
    raise exception '这一页已经有人改过了，请刷新后再试' using errcode = 'SB001';
  end if;
  if new.state is distinct from old.state and not exists (
      select from legal_move where entity = tg_argv[0] and from_state = old.state and to_state = new.state) then
    raise exception '现在的状态不能这样办，请刷新页面看看' using errcode = 'SB001',
      detail = format('%s: %s → %s', tg_argv[0], old.state, new.state);
  end if;
  return new;
end $$;

CREATE FUNCTION public.gallery_of_award() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('proposal', a.proposal_id) from award a where a.id = new.award_id;
  return null;
end $$;

CREATE FUNCTION public.gallery_of_consent() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('proposal', new.subject_id);
  return null;
end $$;

CREATE FUNCTION public.gallery_of_edition() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('proposal', p.id) from (select c.subject_id as id from consent c join proposal p on p.id = c.subject_id where c.purpose = 'proposal_public' and p.edition_id = new.id order by 1) p;
  return null;
end $$;

CREATE FUNCTION public.gallery_of_name() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('proposal', g.id) from (select i.id from gallery_item i join proposal p on p.id = i.id where i.kind = 'proposal' and p.lead_id = new.person_id order by 1) g;
  return null;
end $$;

CREATE FUNCTION public.gallery_of_notice() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('proposal', p.id) from (select g.id from gallery_item g where g.kind = 'proposal' and g.edition_id = new.edition_id
    union select c.subject_id from consent c join proposal p on p.id = c.subject_id where c.purpose = 'proposal_public' and p.edition_id = new.edition_id order by 1) p;
  return null;
end $$;

CREATE FUNCTION public.gallery_of_org() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('org', new.id);
  return null;
end $$;

CREATE FUNCTION public.gallery_of_place() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  update gallery_item set words = null, turn = turn + 1 where place <@ new.path; -- it is found by the place's name too
  return null;
end $$;

CREATE FUNCTION public.gallery_of_project() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh('proposal', new.proposal_id); -- first: its voices are counted anew for the project
  perform gallery_refresh('project', new.id);
  return null;
end $$;

CREATE FUNCTION public.gallery_of_proposal() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from consent where subject_id = new.id and purpose = 'proposal_public') or exists (select from award where proposal_id = new.id) then
    perform gallery_refresh('proposal', new.id);
  end if;
  return null;
end $$;

CREATE FUNCTION public.gallery_of_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from consent where subject_id = new.proposal_id and purpose = 'proposal_public') then perform gallery_refresh('proposal', new.proposal_id); end if;
  return null;
end $$;

CREATE FUNCTION public.gallery_of_team() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform gallery_refresh(g.kind, g.id) from gallery_item g join proposal p on p.id = g.proposal_id where p.team_id = new.id;
  return null;
end $$;

CREATE FUNCTION public.gallery_refresh(p_kind text, p_id uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  delete from gallery_item g where g.kind = p_kind and g.id = p_id and not exists (select from gallery_source s where s.kind = p_kind and s.id = p_id);
  insert into gallery_item as g (kind, id, proposal_id, edition_id, place, category, colour, stage, state, number, title, pitch, goal, team, lead, fen, at, publisher, supports_n)
    select s.kind, s.id, s.proposal_id, s.edition_id, s.place, s.category, s.colour, s.stage, s.state, s.number, s.title, s.pitch, s.goal, s.team, s.lead, s.fen, s.at, s.publisher,
      (select count(*) from support v where v.proposal_id = s.proposal_id and v.taken_back_at is null)
    from gallery_source s where s.kind = p_kind and s.id = p_id
  on conflict (kind, id) do update set proposal_id = excluded.proposal_id, edition_id = excluded.edition_id, place = excluded.place, category = excluded.category, colour = excluded.colour,
    stage = excluded.stage, state = excluded.state, number = excluded.number, title = excluded.title, pitch = excluded.pitch, goal = excluded.goal, team = excluded.team, lead = excluded.lead,
    fen = excluded.fen, at = excluded.at, publisher = excluded.publisher,
    turn = g.turn + case when (g.place, g.category, g.colour, g.number, g.title, g.pitch, g.goal, g.team) is distinct from
      (excluded.place, excluded.category, excluded.colour, excluded.number, excluded.title, excluded.pitch, excluded.goal, excluded.team) then 1 else 0 end,
    words = case when (g.place, g.category, g.colour, g.number, g.title, g.pitch, g.goal, g.team) is distinct from
      (excluded.place, excluded.category, excluded.colour, excluded.number, excluded.title, excluded.pitch, excluded.goal, excluded.team) then null else g.words end
  where (g.proposal_id, g.edition_id, g.place, g.category, g.colour, g.stage, g.state, g.number, g.title, g.pitch, g.goal, g.team, g.lead, g.fen, g.at, g.publisher) is distinct from
    (excluded.proposal_id, excluded.edition_id, excluded.place, excluded.category, excluded.colour, excluded.stage, excluded.state, excluded.number, excluded.title, excluded.pitch, excluded.goal,
     excluded.team, excluded.lead, excluded.fen, excluded.at, excluded.publisher);
end $$;

CREATE PROCEDURE public.has_states(IN tbl regclass, IN entity text)
    LANGUAGE plpgsql
    AS $$
begin
  execute format('create trigger %I before update on %s for each row execute function check_move(%L)', entity || '_move', tbl, entity);
  execute format('create constraint trigger %I after insert or update on %s deferrable initially deferred for each row execute function must_be_audited(%L)', entity || '_audited', tbl, entity);
end $$;

CREATE FUNCTION public.helped(who uuid, row_id uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select exists (select from audit_event where helper = who and entity_id = row_id)
$$;

CREATE FUNCTION public.in_review(round uuid, proposal uuid, state text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select state in ('eligible', 'shortlisted', 'pitched') and exists (select from round_entry e where e.round_id = round and e.proposal_id = proposal)
$$;

CREATE FUNCTION public.invoice_not_overdrawn() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare whole bigint; used bigint;
begin
  if new.invoice_id is null or exists (select from claim where id = new.claim_id and state in ('draft','rejected','voided')) then return new; end if;
  select total into whole from invoice where id = new.invoice_id for no key update;
  if new.split_reason = '' and tg_op = 'INSERT' and exists (select from claim_item i join claim c on c.id = i.claim_id
      where i.invoice_id = new.invoice_id and i.claim_id <> new.claim_id and i.split_reason = '' and c.state not in ('draft','rejected','voided')) then
    raise exception '这张发票已经用在别的报销单里，要分开报请写明原因' using errcode = 'SB001';
  end if;
  select coalesce(sum(coalesce(i.approved, i.amount)), 0) into used from claim_item i join claim c on c.id = i.claim_id
    where i.invoice_id = new.invoice_id and i.id <> new.id and c.state not in ('draft','rejected','voided');
  if used + coalesce(new.approved, new.amount) > whole then
    raise exception '这张发票已经用在别的报销单里，剩下的金额不够' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.ledger_balanced() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare moved bigint; undone bigint; total bigint; n int;
begin
  -- Of the movement and again of each of its lines: a line that comes after an early check is checked too.
  if tg_table_name = 'ledger_tx' then moved := new.id; else moved := new.tx_id; end if;
  select coalesce(sum(fen), 0), count(*) into total, n from ledger_entry where tx_id = moved;
  if total <> 0 or n < 2 then
    raise exception 'ledger movement % does not balance: % fen over % entries', moved, total, n;
  end if;
  select reverses into undone from ledger_tx where id = moved;
  if undone is not null and exists (select from ledger_entry where tx_id in (moved, undone) group by account_id having sum(fen) <> 0) then
    raise exception 'reversal % does not net movement % to nothing', moved, undone;
  end if;
  return null;
end $$;

CREATE FUNCTION public.ledger_post() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
  if (select made_in from ledger_tx where id = new.tx_id) <> txid_current() then
    raise exception 'entries join their movement in one transaction only';
  end if;
  update ledger_account set balance = balance + new.fen where id = new.account_id;
  return new;
end $$;

CREATE FUNCTION public.minute_signed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if old.state = 'signed' then
    raise exception '签好字的纪要不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.must_be_audited() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if not exists (select from audit_event where entity = tg_argv[0] and entity_id = new.id and version = new.version) then
    raise exception 'no audit row for % % version %', tg_argv[0], new.id, new.version;
  end if;
  return null;
end $$;

CREATE FUNCTION public.never() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception '这条记录不能改也不能删，只能另加一条更正' using errcode = 'SB001', detail = tg_table_name;
end $$;

CREATE FUNCTION public.next_number(series text) RETURNS integer
    LANGUAGE sql
    AS $$
  insert into number_series (key, last) values (series, 1)
  on conflict (key) do update set last = number_series.last + 1 returning last
$$;

CREATE FUNCTION public.no_conflicted_assignment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform from judge where id = new.judge_id for no key update;
  if tg_table_name = 'seat_lock' then
    if exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) then
      raise exception '这位评委和这个项目有利害关系，不能安排' using errcode = 'SB001';
    end if;
  elsif tg_table_name = 'assignment' then
    if new.state in ('assigned','accepted') and exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) then
      raise exception '这位评委和这个项目有利害关系，不能安排' using errcode = 'SB001';
    end if;
  else
    if exists (select from assignment a join review_round r on r.id = a.round_id left join reopening o on o.id = a.reopening_id
        where a.judge_id = new.judge_id and a.proposal_id = new.proposal_id and a.state in ('assigned','accepted') and (r.state <> 'closed' or o.state = 'open'))
      or exists (select from sheet s join review_round r on r.id = s.round_id and r.state <> 'closed' where s.judge_id = new.judge_id and s.proposal_id = new.proposal_id and s.state <> 'invalid') then
      raise exception '请先让这位评委回避这个项目，再登记利害关系' using errcode = 'SB001';
    end if;
    delete from seat_lock where judge_id = new.judge_id and proposal_id = new.proposal_id;
  end if;
  return new;
end $$;

CREATE FUNCTION public.own_rows(who uuid) RETURNS TABLE(section text, body jsonb)
    LANGUAGE plpgsql STABLE
    AS $_$
declare c record; hidden text[];
begin
  for c in select k.table_name::text as t, string_agg(format('%I = $1', k.column_name), ' or ' order by k.column_name) as mine from information_schema.columns k
      join information_schema.tables b on b.table_schema = k.table_schema and b.table_name = k.table_name and b.table_type = 'BASE TABLE'
      where k.table_schema = 'public' and k.data_type = 'uuid' and k.column_name in ('person_id','lead_id','uploader','created_by')
        and k.table_name not in ('person','person_key','data_file') group by 1 order by 1 loop
    select array_agg(column_name::text) into hidden from information_schema.columns where table_schema = 'public' and table_name = c.t and (data_type = 'bytea' or column_name in ('score','rank','awarded'));
    section := c.t;
    execute format('select coalesce(jsonb_agg(to_jsonb(r) - $2), ''[]'') from (select * from %I where %s limit 5000) r', c.t, c.mine) into body using who, coalesce(hidden, '{}');
    if body <> '[]' then
      return next;
    end if;
  end loop;
end $_$;

CREATE FUNCTION public.panel_last() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from review_round where edition_id = new.edition_id and kind = 'panel' and seq < new.seq) then
    raise exception '合议是最后一轮，后面不能再安排评审' using errcode = 'SB001';
  end if;
  if new.kind = 'panel' and not exists (select from review_round where edition_id = new.edition_id and seq = new.seq - 1 and num_nonnulls(cut_score, cut_top) = 0) then
    raise exception '合议排在排出名次的那一轮后面，请先安排那一轮' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.panel_whole() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if old.state = 'open' and new.state = 'closed' then
    perform from judge where edition_id = new.edition_id order by id for no key update;
    if exists (select from round_entry e join proposal p on p.id = e.proposal_id and p.state = 'ranked'
        left join lateral (select w.present from panel_word w where w.round_id = e.round_id and w.proposal_id = p.id order by w.no desc limit 1) l on true
        where e.round_id = new.id and (l.present is null or exists (select from conflict c where c.proposal_id = p.id and c.judge_id = any(l.present)))) then
      raise exception '还有项目没有合议好，不能结束' using errcode = 'SB001';
    end if;
  elsif old.state = 'closed' and new.state = 'open' and (select state from edition where id = new.edition_id) <> 'reviewing' then
    raise exception '结果已经公示，合议不能再改。有问题请按异议处理' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.panel_word_fair() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  r review_round;
begin
  select * into r from review_round where id = new.round_id for share;
  if r.kind <> 'panel' or r.state <> (case when new.objection_id is null then 'open' else 'closed' end)
    or new.objection_id is not null and not exists (select from objection o join award a on a.id = o.award_id where o.id = new.objection_id and a.proposal_id = new.proposal_id and o.state = 'investigating') then
    raise exception '合议没有在进行，不能再记' using errcode = 'SB001';
  end if;
  perform from judge where id = any(new.present) order by id for no key update;
  if (select count(*) from judge where id = any(new.present) and edition_id = r.edition_id and state = 'accepted') <> cardinality(new.present) then
    raise exception '到场的评委里有人没有接受邀请，请刷新页面看看' using errcode = 'SB001';
  end if;
  if exists (select from conflict where judge_id = any(new.present) and proposal_id = new.proposal_id) then
    raise exception '到场的评委里有人和这个项目有利害关系，要回避' using errcode = 'SB001';
  end if;
  if not exists (select from round_entry e join proposal p on p.id = e.proposal_id where e.round_id = new.round_id and p.id = new.proposal_id
      and p.state = any(case when new.objection_id is null then '{ranked}'::text[] else '{selected,reserve,not_selected}'::text[] end) and coalesce(new.amount, 0) <= p.requested) then
    raise exception '这个项目不在合议里，或者建议的金额超过了申请的金额' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.publicity_sealed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if (new.content, new.digest, new.opens_at, new.closes_at, new.number) is distinct from (old.content, old.digest, old.opens_at, old.closes_at, old.number) then
    raise exception '公示发布后不能改，只能另发更正' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.reopening_allowed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if tg_op = 'INSERT' then
    if (select state from review_round where id = new.round_id) <> 'closed' then
      raise exception '评审还没有结束，不用补评' using errcode = 'SB001';
    end if;
    if exists (select from award where proposal_id = new.proposal_id and state in ('confirmed','declined','revoked')) then
      raise exception '这个项目已经立项或者已经结束，不能再补评' using errcode = 'SB001';
    end if;
    return new;
  end if;
  if (new.round_id, new.proposal_id, new.cause, new.opened_at) is distinct from (old.round_id, old.proposal_id, old.cause, old.opened_at) then
    raise exception '补评的项目不能改' using errcode = 'SB001';
  end if;
  if new.state = 'closed' and old.state = 'open' and (select count(*) from sheet where round_id = new.round_id and proposal_id = new.proposal_id and state = 'locked')
      < (select min_valid from review_round where id = new.round_id) then
    raise exception '有效的评分表还不够，补评不能结束' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.round_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if old.state <> 'planned' and (new.kind, new.seq, new.blind, new.cut_score, new.cut_top, new.min_valid, new.trim_at, new.panel, new.seed)
      is distinct from (old.kind, old.seq, old.blind, old.cut_score, old.cut_top, old.min_valid, old.trim_at, old.panel, old.seed) then
    raise exception '评审开始以后，评审方式不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.rubric_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if (select state from review_round where id = coalesce(new.round_id, old.round_id)) <> 'planned' then
    raise exception '评分细则在评审开始后不能再改' using errcode = 'SB001';
  end if;
  return coalesce(new, old);
end $$;

CREATE FUNCTION public.rubric_whole() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.state = 'open' and new.kind <> 'panel' and (select coalesce(sum(weight), 0) from criterion where round_id = new.id) <> 100 then
    raise exception '评分细则各项权重加起来要等于 100' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.seat_of_its_round() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare o reopening;
begin
  if tg_op = 'UPDATE' then
    if (new.round_id, new.judge_id, new.proposal_id, new.reopening_id, new.chair) is distinct from (old.round_id, old.judge_id, old.proposal_id, old.reopening_id, old.chair) then
      raise exception '评委的位置不能改给别的项目' using errcode = 'SB001';
    end if;
    return new;
  end if;
  if new.reopening_id is null then
    if (select state from review_round where id = new.round_id) = 'closed' then
      raise exception '评审已经结束，不能再安排评委' using errcode = 'SB001';
    end if;
    return new;
  end if;
  select * into o from reopening where id = new.reopening_id for no key update;
  if o.state <> 'open' or o.round_id <> new.round_id or o.proposal_id <> new.proposal_id or new.chair not between 1 and o.need then
    raise exception '只有正在补评的项目可以补一位评委' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.sheet_fair() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.state = 'invalid' then
    return new;
  end if;
  perform from judge where id = new.judge_id for key share;
  if not exists (select from judge where id = new.judge_id and state = 'accepted' and statement_at is not null) then
    raise exception '请先签好评委承诺，再打分' using errcode = 'SB001';
  end if;
  if exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) or not exists (
      select from assignment where id = new.assignment_id and judge_id = new.judge_id and proposal_id = new.proposal_id and round_id = new.round_id and state in ('assigned','accepted')) then
    raise exception '这个项目现在不由您评审' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.sheet_locked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if old.state in ('locked','invalid') and (new.marks, new.total, new.comment) is distinct from (old.marks, old.total, old.comment) then
    raise exception '评分表已经锁定，不能再改' using errcode = 'SB001';
  end if;
  if new.state = 'invalid' and new.reason = '' then
    raise exception '作废评分表要写明原因' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.sheet_of_its_round() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.state = 'invalid' or tg_op = 'UPDATE' and (new.state, new.marks, new.total, new.comment) is not distinct from (old.state, old.marks, old.total, old.comment) then
    return new;
  end if;
  if (select state from review_round where id = new.round_id) = 'closed'
      and not exists (select from assignment a join reopening o on o.id = a.reopening_id and o.state = 'open' where a.id = new.assignment_id) then
    raise exception '评审已经结束，评分表不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE FUNCTION public.sheet_on_stage() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare slot pitch_slot; line int;
begin
  select s.* into slot from pitch_slot s where s.room_id = new.round_id and s.proposal_id = new.proposal_id;
  if slot.id is null or new.state not in ('submitted', 'draft') or (tg_op = 'UPDATE' and new.state = old.state) or (tg_op = 'INSERT' and new.state = 'draft')
      or exists (select from assignment where id = new.assignment_id and reopening_id is not null) then
    return new;
  end if;
  if new.state = 'submitted' and slot.state = 'waiting' then
    raise exception '这个项目还没有上台。分数可以先存着，等讲完再交' using errcode = 'SB001';
  elsif slot.state in ('shown', 'absent') then
    raise exception '这个项目已经亮分，或者没有到场，评分表不能再交' using errcode = 'SB001';
  end if;
  update pitch_room set events = events + 1 where id = slot.room_id returning events into line;
  insert into board_event values (slot.room_id, line, 'sheet', slot.id, coalesce(new.submitted_at, now()));
  return new;
end $$;

CREATE FUNCTION public.support_of_member() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  v record;
begin
  for v in select s.proposal_id from support s join proposal p on p.id = s.proposal_id where p.team_id = new.team_id and s.person_id = new.person_id and s.taken_back_at is null loop
    update gallery_item set supports_n = supports_n - 1 where proposal_id = v.proposal_id;
    update support set taken_back_at = coalesce(new.answered_at, new.at), word = '' where proposal_id = v.proposal_id and person_id = new.person_id;
  end loop;
  return null;
end $$;

CREATE FUNCTION public.talent_grams() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.state = 'removed' then
    new.grams := '{}';
  else
    new.grams := text_grams(concat_ws(' ', new.name, new.words, new.skill_note, new.story, new.why, (select string_agg(l.name || ' ' || l.name_en, ' ') from place l where l.path @> new.place)));
  end if;
  return new;
end $$;

CREATE FUNCTION public.talents_of_place() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  update talent set grams = '{}' where place <@ new.path;
  return null;
end $$;

CREATE FUNCTION public.text_grams(t text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select coalesce(array_agg(distinct g), '{}') from (select substr(lower(t), i, n) as g, n from generate_series(1, char_length(t)) i, (values (1), (2)) s(n)) x
  where char_length(g) = n and g !~ '[[:space:]]'
$$;

CREATE FUNCTION public.vote_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if (new.handover_id, new.person_id, new.yes, new.at) is not distinct from (old.handover_id, old.person_id, old.yes, old.at) then
    return new;
  end if;
  if old.yes is not null or new.yes is null or new.handover_id <> old.handover_id or new.person_id <> old.person_id then
    raise exception '票已经投过了，不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;

CREATE TABLE public.activity (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    place public.ltree NOT NULL,
    theme text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    place_text text NOT NULL,
    content text DEFAULT ''::text NOT NULL,
    served_times integer DEFAULT 0 NOT NULL,
    newcomers integer DEFAULT 0 NOT NULL,
    minors integer DEFAULT 0 NOT NULL,
    elders integer DEFAULT 0 NOT NULL,
    disabled integer DEFAULT 0 NOT NULL,
    volunteers integer DEFAULT 0 NOT NULL,
    volunteer_halves integer DEFAULT 0 NOT NULL,
    sign_in text DEFAULT ''::text NOT NULL,
    problems text DEFAULT ''::text NOT NULL,
    late_reason text DEFAULT ''::text NOT NULL,
    twin_reason text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    created_by uuid NOT NULL,
    submitted_by uuid,
    submitted_at timestamp with time zone,
    verified_by uuid,
    verified_at timestamp with time zone,
    photos_n integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    signed integer DEFAULT 0 NOT NULL,
    CONSTRAINT activity_check CHECK ((ends_at > starts_at)),
    CONSTRAINT activity_check1 CHECK (((served_times >= 0) AND ((newcomers >= 0) AND (newcomers <= served_times)) AND ((minors >= 0) AND (minors <= served_times)) AND ((elders >= 0) AND (elders <= served_times)) AND ((disabled >= 0) AND (disabled <= served_times)))),
    CONSTRAINT activity_check2 CHECK (((volunteers >= 0) AND (volunteer_halves >= 0))),
    CONSTRAINT activity_check3 CHECK (((verified_by IS NULL) OR (verified_by IS DISTINCT FROM submitted_by))),
    CONSTRAINT activity_sign_in_check CHECK ((sign_in = ANY (ARRAY[''::text, 'paper'::text, 'digital'::text]))),
    CONSTRAINT activity_signed_check CHECK ((signed >= 0))
);

CREATE TABLE public.agreement (
    id uuid NOT NULL,
    number text NOT NULL,
    award_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    host public.ltree NOT NULL,
    total bigint NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    annex text NOT NULL,
    digest text NOT NULL,
    state text DEFAULT 'signing'::text NOT NULL,
    effective_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT agreement_total_check CHECK ((total > 0))
);

CREATE TABLE public.agreement_lead (
    handover_id uuid NOT NULL,
    agreement_id uuid NOT NULL,
    old_lead uuid NOT NULL,
    new_lead uuid NOT NULL,
    digest text NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    confirmed_by uuid,
    at timestamp with time zone NOT NULL,
    CONSTRAINT agreement_lead_check CHECK ((new_lead <> old_lead))
);

CREATE TABLE public.agreement_sign (
    agreement_id uuid NOT NULL,
    party text NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    digest text NOT NULL,
    CONSTRAINT agreement_sign_party_check CHECK ((party = ANY (ARRAY['A'::text, 'B'::text, 'C'::text])))
);

CREATE TABLE public.alike_verdict (
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    same boolean NOT NULL,
    note text NOT NULL,
    by_person uuid NOT NULL,
    role text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT alike_verdict_check CHECK ((one_id < other_id))
);

CREATE TABLE public.allocation (
    edition_id uuid NOT NULL,
    run integer NOT NULL,
    place public.ltree NOT NULL,
    rule text NOT NULL,
    cause text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    protocol text NOT NULL,
    digest text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT allocation_cause_check CHECK ((cause = ANY (ARRAY['allocate'::text, 'objection'::text, 'conflict'::text]))),
    CONSTRAINT allocation_run_check CHECK ((run > 0))
);

CREATE TABLE public.appeal (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    check_id uuid NOT NULL,
    place public.ltree NOT NULL,
    text text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT appeal_check CHECK ((decided_by IS DISTINCT FROM by_person)),
    CONSTRAINT appeal_check1 CHECK (((state = 'open'::text) = (decided_at IS NULL)))
);

CREATE TABLE public.assignment (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    judge_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text DEFAULT 'assigned'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    reopening_id uuid,
    chair integer,
    CONSTRAINT assignment_check CHECK (((reopening_id IS NULL) = (chair IS NULL)))
);

CREATE TABLE public.assignment_plan (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    no integer NOT NULL,
    kind text NOT NULL,
    mode text NOT NULL,
    instance json NOT NULL,
    result json NOT NULL,
    input_hash text NOT NULL,
    result_hash text NOT NULL,
    filled integer NOT NULL,
    needed integer NOT NULL,
    made_by uuid,
    at timestamp with time zone NOT NULL,
    CONSTRAINT assignment_plan_kind_check CHECK ((kind = ANY (ARRAY['whole'::text, 'part'::text, 'import'::text]))),
    CONSTRAINT assignment_plan_mode_check CHECK ((mode = ANY (ARRAY['best'::text, 'fair'::text, 'random'::text])))
);

CREATE TABLE public.assistance (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    person_id uuid NOT NULL,
    helper_id uuid NOT NULL,
    helper_role text NOT NULL,
    why text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    method text NOT NULL,
    grace_id uuid,
    enlisted boolean DEFAULT false NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    paper_id uuid,
    signed_by text DEFAULT ''::text NOT NULL,
    witnesses text DEFAULT ''::text NOT NULL,
    read_back_at timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT assistance_check CHECK ((helper_id <> person_id)),
    CONSTRAINT assistance_check1 CHECK (((state <> 'finished'::text) OR ((paper_id IS NOT NULL) AND (read_back_at IS NOT NULL) AND (finished_at IS NOT NULL)))),
    CONSTRAINT assistance_check2 CHECK (((signed_by <> 'fingerprint'::text) OR (witnesses <> ''::text))),
    CONSTRAINT assistance_method_check CHECK ((method = ANY (ARRAY['face'::text, 'phone'::text, 'paper'::text]))),
    CONSTRAINT assistance_signed_by_check CHECK ((signed_by = ANY (ARRAY[''::text, 'signature'::text, 'fingerprint'::text])))
);

CREATE TABLE public.assisted_dispute (
    id uuid NOT NULL,
    assistance_id uuid NOT NULL,
    person_id uuid NOT NULL,
    helper_id uuid NOT NULL,
    place public.ltree NOT NULL,
    way text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    at timestamp with time zone NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    answer text DEFAULT ''::text NOT NULL,
    undo text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT assisted_dispute_check CHECK ((decided_by IS DISTINCT FROM helper_id)),
    CONSTRAINT assisted_dispute_check1 CHECK (((state = 'open'::text) OR ((decided_by IS NOT NULL) AND (decided_at IS NOT NULL) AND (answer <> ''::text)))),
    CONSTRAINT assisted_dispute_check2 CHECK (((state <> 'upheld'::text) OR (undo <> ''::text))),
    CONSTRAINT assisted_dispute_way_check CHECK ((way = ANY (ARRAY['app'::text, 'link'::text])))
);

CREATE TABLE public.assisted_draft (
    entity text NOT NULL,
    action text NOT NULL
);

CREATE TABLE public.assisted_undone (
    assistance_id uuid NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.attachment (
    id uuid NOT NULL,
    digest text NOT NULL,
    size bigint NOT NULL,
    mime text NOT NULL,
    kind text NOT NULL,
    owner text DEFAULT ''::text NOT NULL,
    owner_id uuid,
    place public.ltree,
    name text DEFAULT ''::text NOT NULL,
    uploader uuid,
    uploaded_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone,
    lat double precision,
    lon double precision,
    width integer DEFAULT 0 NOT NULL,
    height integer DEFAULT 0 NOT NULL,
    phash bigint,
    large text,
    thumb text,
    state text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT attachment_size_check CHECK ((size >= 0)),
    CONSTRAINT attachment_state_check CHECK ((state = ANY (ARRAY['stored'::text, 'derived'::text, 'cleared'::text, 'public'::text, 'hidden'::text, 'purged'::text, 'unreadable'::text])))
);

CREATE TABLE public.attendance (
    activity_id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT attendance_kind_check CHECK ((kind = ANY (ARRAY['beneficiary'::text, 'volunteer'::text])))
);

CREATE TABLE public.audit_event (
    chain text NOT NULL,
    n bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor uuid,
    role text NOT NULL,
    role_place public.ltree NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    version integer,
    action text NOT NULL,
    from_state text DEFAULT ''::text NOT NULL,
    to_state text DEFAULT ''::text NOT NULL,
    place public.ltree NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    data text DEFAULT ''::text NOT NULL,
    request text DEFAULT ''::text NOT NULL,
    hash bytea NOT NULL,
    helper uuid,
    assistance uuid
);

CREATE TABLE public.audit_head (
    chain text NOT NULL,
    n bigint NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE public.award (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    place public.ltree NOT NULL,
    result text NOT NULL,
    grade text DEFAULT ''::text NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    rank integer NOT NULL,
    score integer NOT NULL,
    fund_source_id uuid,
    reason text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'proposed'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    offered_at timestamp with time zone,
    answer_by timestamp with time zone,
    offer_amount bigint,
    offer_source uuid,
    offered_by uuid,
    answered_at timestamp with time zone,
    CONSTRAINT award_amount_check CHECK ((amount >= 0)),
    CONSTRAINT award_check CHECK (((result = 'selected'::text) = (amount > 0))),
    CONSTRAINT award_check1 CHECK ((((offered_at IS NULL) = (answer_by IS NULL)) AND ((offered_at IS NULL) = (offer_amount IS NULL)) AND ((offered_at IS NULL) = (offer_source IS NULL)) AND ((offered_at IS NULL) = (offered_by IS NULL)))),
    CONSTRAINT award_offer_amount_check CHECK ((offer_amount > 0)),
    CONSTRAINT award_result_check CHECK ((result = ANY (ARRAY['selected'::text, 'reserve'::text, 'not_selected'::text])))
);

CREATE TABLE public.ballot (
    poll_id uuid NOT NULL,
    person_id uuid NOT NULL,
    track text NOT NULL,
    proposal_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.ban (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    person_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    paper_id uuid NOT NULL,
    from_on date NOT NULL,
    until_on date NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT ban_check CHECK ((until_on >= from_on)),
    CONSTRAINT ban_check1 CHECK ((by_person <> person_id)),
    CONSTRAINT ban_code_check CHECK ((code = ANY (ARRAY['false'::text, 'forged'::text, 'double'::text, 'refused'::text, 'other'::text]))),
    CONSTRAINT ban_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE public.ban_lift (
    ban_id uuid NOT NULL,
    reason text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT ban_lift_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE public.board_event (
    room_id uuid NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL,
    slot_id uuid,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.budget_line (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    seq integer NOT NULL,
    category text NOT NULL,
    item text NOT NULL,
    amount bigint NOT NULL,
    claimed bigint DEFAULT 0 NOT NULL,
    CONSTRAINT budget_line_amount_check CHECK ((amount > 0)),
    CONSTRAINT budget_line_check CHECK (((claimed >= 0) AND (claimed <= (amount + (amount / 10)))))
);

CREATE TABLE public.calendar_change (
    id uuid NOT NULL,
    version integer NOT NULL,
    days jsonb NOT NULL,
    made_by uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.calendar_day (
    day date NOT NULL,
    working boolean NOT NULL,
    note text NOT NULL,
    version integer NOT NULL
);

CREATE TABLE public.claim (
    id uuid NOT NULL,
    number text,
    project_id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    payee_kind text NOT NULL,
    payee text NOT NULL,
    account_sealed bytea,
    account_tail text DEFAULT ''::text NOT NULL,
    total bigint NOT NULL,
    approved bigint DEFAULT 0 NOT NULL,
    tail boolean DEFAULT false NOT NULL,
    level text DEFAULT ''::text NOT NULL,
    remarks text DEFAULT ''::text NOT NULL,
    reason_code text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    due_at timestamp with time zone,
    approved_by uuid,
    approver_role text DEFAULT ''::text NOT NULL,
    paid_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT claim_check CHECK (((approved >= 0) AND (approved <= total))),
    CONSTRAINT claim_level_check CHECK ((level = ANY (ARRAY[''::text, 'none'::text, 'street'::text, 'district'::text, 'two'::text]))),
    CONSTRAINT claim_payee_kind_check CHECK ((payee_kind = ANY (ARRAY['vendor'::text, 'member_reimburse'::text, 'expert'::text, 'volunteer_sheet'::text]))),
    CONSTRAINT claim_total_check CHECK ((total > 0))
);

CREATE TABLE public.claim_hand (
    claim_id uuid NOT NULL,
    person_id uuid NOT NULL,
    step text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT claim_hand_step_check CHECK ((step = ANY (ARRAY['submit'::text, 'verify'::text, 'finance'::text, 'approve'::text, 'pay'::text])))
);

CREATE TABLE public.claim_item (
    id uuid NOT NULL,
    claim_id uuid NOT NULL,
    seq integer NOT NULL,
    line_id uuid NOT NULL,
    activity_id uuid,
    prep_reason text DEFAULT ''::text NOT NULL,
    description text NOT NULL,
    qty integer DEFAULT 1 NOT NULL,
    amount bigint NOT NULL,
    approved bigint,
    cut_reason text DEFAULT ''::text NOT NULL,
    paid_on date NOT NULL,
    method text NOT NULL,
    invoice_id uuid,
    split_reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT claim_item_amount_check CHECK ((amount > 0)),
    CONSTRAINT claim_item_check CHECK (((approved >= 0) AND (approved <= amount))),
    CONSTRAINT claim_item_method_check CHECK ((method = ANY (ARRAY['transfer'::text, 'wechat_alipay'::text, 'card'::text, 'cash'::text]))),
    CONSTRAINT claim_item_qty_check CHECK ((qty > 0))
);

CREATE TABLE public.claim_void (
    claim_id uuid NOT NULL,
    reason text NOT NULL,
    repaid_ref text DEFAULT ''::text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    agreed_by uuid,
    agreed_at timestamp with time zone,
    CONSTRAINT claim_void_check CHECK ((agreed_by IS DISTINCT FROM asked_by))
);

CREATE TABLE public.conflict (
    judge_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    kind text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    evidence jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT conflict_kind_check CHECK ((kind = ANY (ARRAY['declared'::text, 'same_person'::text, 'team'::text, 'community_staff'::text, 'helper'::text, 'mentor'::text, 'endorser'::text, 'community'::text, 'employer'::text, 'org'::text, 'past_partner'::text, 'household'::text])))
);

CREATE TABLE public.consent (
    id uuid NOT NULL,
    person_id uuid,
    purpose text NOT NULL,
    text_version integer NOT NULL,
    subject_id uuid,
    granted_at timestamp with time zone NOT NULL,
    granted_by text DEFAULT 'self'::text NOT NULL,
    withdrawn_at timestamp with time zone,
    evidence uuid,
    assistance_id uuid,
    CONSTRAINT consent_about CHECK (((person_id IS NOT NULL) OR (subject_id IS NOT NULL))),
    CONSTRAINT consent_given_by CHECK ((granted_by = ANY (ARRAY['self'::text, 'guardian'::text, 'helper'::text, 'paper'::text]))),
    CONSTRAINT consent_helped CHECK (((granted_by <> 'helper'::text) OR ((evidence IS NOT NULL) AND (assistance_id IS NOT NULL))))
);

CREATE TABLE public.consent_refusal (
    person_id uuid NOT NULL,
    purpose text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.cover (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT cover_check CHECK (((state = 'cleared'::text) = (reason = ''::text))),
    CONSTRAINT cover_check1 CHECK (((state = 'hidden'::text) OR (decided_by IS NOT NULL))),
    CONSTRAINT cover_state_check CHECK ((state = ANY (ARRAY['cleared'::text, 'refused'::text, 'hidden'::text])))
);

CREATE TABLE public.edition (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    no integer NOT NULL,
    title text NOT NULL,
    theme text DEFAULT ''::text NOT NULL,
    title_en text DEFAULT ''::text NOT NULL,
    theme_en text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    call_text text DEFAULT ''::text NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    runs_from date,
    runs_to date,
    rules jsonb NOT NULL,
    extended boolean DEFAULT false NOT NULL,
    proposals_n integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organiser text DEFAULT ''::text NOT NULL,
    operator text DEFAULT ''::text NOT NULL,
    partners text DEFAULT ''::text NOT NULL,
    made_from uuid,
    dates jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT edition_no_check CHECK ((no > 0))
);

CREATE TABLE public.gallery_item (
    kind text NOT NULL,
    id uuid NOT NULL,
    proposal_id uuid,
    edition_id uuid,
    place public.ltree NOT NULL,
    category text NOT NULL,
    colour text NOT NULL,
    stage text NOT NULL,
    state text NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    pitch text NOT NULL,
    goal text NOT NULL,
    team text NOT NULL,
    lead text NOT NULL,
    fen bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    publisher uuid,
    supports_n integer DEFAULT 0 NOT NULL,
    turn integer DEFAULT 1 NOT NULL,
    words tsvector,
    CONSTRAINT gallery_item_check CHECK (((kind <> 'proposal'::text) OR (publisher IS NOT NULL))),
    CONSTRAINT gallery_item_kind_check CHECK ((kind = ANY (ARRAY['proposal'::text, 'project'::text, 'org'::text]))),
    CONSTRAINT gallery_item_stage_check CHECK ((stage = ANY (ARRAY['collecting'::text, 'judged'::text, 'running'::text, 'done'::text, 'org'::text]))),
    CONSTRAINT gallery_item_supports_n_check CHECK ((supports_n >= 0))
);

CREATE TABLE public.proposal (
    id uuid NOT NULL,
    number text,
    edition_id uuid NOT NULL,
    team_id uuid NOT NULL,
    place public.ltree NOT NULL,
    track text DEFAULT 'resident_team'::text NOT NULL,
    category text DEFAULT ''::text NOT NULL,
    colour text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    pitch text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    lead_id uuid NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    affected text[] DEFAULT '{}'::text[] NOT NULL,
    how_found text DEFAULT ''::text NOT NULL,
    asked integer DEFAULT 0 NOT NULL,
    goal text DEFAULT ''::text NOT NULL,
    method text DEFAULT ''::text NOT NULL,
    venue text DEFAULT ''::text NOT NULL,
    risks text DEFAULT ''::text NOT NULL,
    partners text DEFAULT ''::text NOT NULL,
    starts_on date,
    ends_on date,
    act_target integer DEFAULT 0 NOT NULL,
    served_target integer DEFAULT 0 NOT NULL,
    people_target integer DEFAULT 0 NOT NULL,
    volunteer_target integer DEFAULT 0 NOT NULL,
    satisfaction_target integer DEFAULT 0 NOT NULL,
    product text DEFAULT ''::text NOT NULL,
    future text DEFAULT ''::text NOT NULL,
    org_wish text DEFAULT ''::text NOT NULL,
    org_type text DEFAULT ''::text NOT NULL,
    own_fen bigint DEFAULT 0 NOT NULL,
    requested bigint DEFAULT 0 NOT NULL,
    declared text[] DEFAULT '{}'::text[] NOT NULL,
    submitted_at timestamp with time zone,
    revision integer DEFAULT 0 NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    opinion text DEFAULT ''::text NOT NULL,
    opinion_by uuid,
    opinion_at timestamp with time zone,
    refused boolean DEFAULT false NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    appeal_until timestamp with time zone,
    fix_until timestamp with time zone,
    score integer,
    rank integer,
    awarded bigint,
    acting_helper uuid,
    acting_reason text DEFAULT ''::text NOT NULL,
    acting_paper uuid,
    created_at timestamp with time zone NOT NULL,
    saved_at timestamp with time zone NOT NULL,
    saves integer DEFAULT 1 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    form_version integer DEFAULT 0 NOT NULL,
    answers jsonb DEFAULT '{}'::jsonb NOT NULL,
    org_id uuid,
    topic_id uuid,
    look_asked_at timestamp with time zone,
    merged_into uuid,
    CONSTRAINT proposal_check1 CHECK ((merged_into <> id)),
    CONSTRAINT proposal_helped_on_paper CHECK (((acting_helper IS NULL) OR (acting_paper IS NOT NULL) OR (state = ANY (ARRAY['draft'::text, 'withdrawn'::text])))),
    CONSTRAINT proposal_own_fen_check CHECK ((own_fen >= 0)),
    CONSTRAINT proposal_paper_has_helper CHECK (((acting_paper IS NULL) OR (acting_helper IS NOT NULL))),
    CONSTRAINT proposal_requested_check CHECK ((requested >= 0))
);

CREATE VIEW public.cover_waits AS
 SELECT t.id,
    p.id AS proposal_id,
    p.place
   FROM (((public.consent k
     JOIN public.proposal p ON (((p.id = k.subject_id) AND (p.lead_id = k.person_id))))
     JOIN public.edition e ON ((e.id = p.edition_id)))
     JOIN public.attachment t ON (((t.owner_id = p.id) AND (t.owner = 'proposal'::text) AND (t.kind = 'cover'::text) AND (t.state <> ALL (ARRAY['stored'::text, 'hidden'::text, 'purged'::text, 'unreadable'::text])) AND (t.large IS NOT NULL))))
  WHERE ((k.purpose = 'cover_public'::text) AND (k.withdrawn_at IS NULL) AND (p.submitted_at IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM public.cover c
          WHERE (c.id = t.id)))) AND ((EXISTS ( SELECT
           FROM public.gallery_item g
          WHERE (g.proposal_id = p.id))) OR ((p.state = ANY (ARRAY['submitted'::text, 'returned'::text, 'endorsed'::text, 'eligible'::text, 'shortlisted'::text, 'pitched'::text, 'ranked'::text])) AND (e.state = ANY (ARRAY['open'::text, 'closed'::text, 'reviewing'::text, 'publicizing'::text])))));

CREATE TABLE public.criterion (
    round_id uuid NOT NULL,
    code text NOT NULL,
    seq integer NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    hint text DEFAULT ''::text NOT NULL,
    hint_en text DEFAULT ''::text NOT NULL,
    weight integer NOT NULL,
    CONSTRAINT criterion_weight_check CHECK (((weight >= 1) AND (weight <= 100)))
);

CREATE TABLE public.data_file (
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.deliberation (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    proposal_id uuid NOT NULL,
    verdict text NOT NULL,
    amount bigint,
    reason text NOT NULL,
    present uuid[] NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT deliberation_amount_check CHECK ((amount > 0)),
    CONSTRAINT deliberation_present_check CHECK ((cardinality(present) > 0)),
    CONSTRAINT deliberation_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT deliberation_verdict_check CHECK ((verdict = ANY (ARRAY['keep'::text, 'fund'::text, 'defer'::text])))
);

CREATE TABLE public.edition_design (
    edition_id uuid NOT NULL,
    questions jsonb NOT NULL,
    rev integer NOT NULL,
    made_by uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.edition_form (
    edition_id uuid NOT NULL,
    version integer NOT NULL,
    questions jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    made_by uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT edition_form_version_check CHECK ((version > 0))
);

CREATE TABLE public.edition_rules_past (
    edition_id uuid NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.eligibility_check (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    revision integer NOT NULL,
    items jsonb NOT NULL,
    passed boolean NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    appeal boolean DEFAULT false NOT NULL,
    reason_code text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.evaluation (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    place public.ltree NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'scheduled'::text NOT NULL,
    report text DEFAULT ''::text NOT NULL,
    next_step text DEFAULT ''::text NOT NULL,
    satisfaction integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    submitted_by uuid,
    submitted_at timestamp with time zone,
    score integer,
    grade text DEFAULT ''::text NOT NULL,
    veto text DEFAULT ''::text NOT NULL,
    finalized_at timestamp with time zone,
    round integer DEFAULT 1 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT evaluation_kind_check CHECK ((kind = ANY (ARRAY['mid'::text, 'final'::text]))),
    CONSTRAINT evaluation_round_check CHECK ((round = ANY (ARRAY[1, 2])))
);

CREATE TABLE public.evaluation_sheet (
    evaluation_id uuid NOT NULL,
    round integer DEFAULT 1 NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    marks jsonb NOT NULL,
    total integer NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT evaluation_sheet_role_check CHECK ((role = ANY (ARRAY['member'::text, 'finance'::text]))),
    CONSTRAINT evaluation_sheet_total_check CHECK (((total >= 0) AND (total <= 10000)))
);

CREATE TABLE public.feedback_edit (
    id uuid NOT NULL,
    sheet_id uuid NOT NULL,
    no integer NOT NULL,
    action text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    reason text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT feedback_edit_action_check CHECK ((action = ANY (ARRAY['mend'::text, 'withhold'::text, 'restore'::text]))),
    CONSTRAINT feedback_edit_check CHECK (((action = 'mend'::text) = (text <> ''::text))),
    CONSTRAINT feedback_edit_no_check CHECK ((no > 0)),
    CONSTRAINT feedback_edit_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE public.follow (
    proposal_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.fund_source (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    categories text[] DEFAULT '{}'::text[] NOT NULL,
    doc_no text DEFAULT ''::text NOT NULL,
    CONSTRAINT fund_source_amount_check CHECK ((amount >= 0)),
    CONSTRAINT fund_source_kind_check CHECK ((kind = ANY (ARRAY['budget'::text, 'lottery'::text, 'community_fund'::text, 'foundation'::text, 'enterprise'::text, 'self'::text])))
);

CREATE TABLE public.org (
    id uuid NOT NULL,
    number text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    colour text DEFAULT ''::text NOT NULL,
    stage text GENERATED ALWAYS AS (state) STORED,
    state text DEFAULT 'seedling'::text NOT NULL,
    place public.ltree NOT NULL,
    purpose text DEFAULT ''::text NOT NULL,
    founded_on date NOT NULL,
    project_id uuid,
    team_id uuid,
    leader_id uuid NOT NULL,
    stars integer DEFAULT 0 NOT NULL,
    contact_public boolean DEFAULT false NOT NULL,
    members_n integer DEFAULT 0 NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    recognized_by uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT org_type_check CHECK ((type = ANY (ARRAY['self_governance'::text, 'recreation'::text, 'volunteer'::text])))
);

CREATE VIEW public.open_org AS
 SELECT org.id,
    org.number,
    org.name,
    org.type,
    org.colour,
    org.state,
    org.place,
    org.purpose,
    org.founded_on,
    org.project_id,
    org.stars,
    org.members_n
   FROM public.org
  WHERE (org.state = ANY (ARRAY['recognized'::text, 'filed'::text, 'registered'::text]));

CREATE TABLE public.person (
    id uuid NOT NULL,
    name text NOT NULL,
    phone_index bytea,
    phone_sealed bytea,
    phone_tail text DEFAULT ''::text NOT NULL,
    lang text DEFAULT 'zh'::text NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    home public.ltree,
    home_state text DEFAULT 'none'::text NOT NULL,
    totp_sealed bytea,
    totp_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    erased_at timestamp with time zone,
    CONSTRAINT person_home_state_check CHECK ((home_state = ANY (ARRAY['none'::text, 'claimed'::text, 'confirmed'::text, 'rejected'::text]))),
    CONSTRAINT person_lang_check CHECK ((lang = ANY (ARRAY['zh'::text, 'en'::text]))),
    CONSTRAINT person_state_check CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))
);

CREATE TABLE public.project (
    id uuid NOT NULL,
    number text NOT NULL,
    agreement_id uuid NOT NULL,
    award_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    team_id uuid NOT NULL,
    place public.ltree NOT NULL,
    host public.ltree NOT NULL,
    title text NOT NULL,
    category text NOT NULL,
    colour text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'preparing'::text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    lead_id uuid NOT NULL,
    mentor_id uuid,
    award bigint NOT NULL,
    released bigint DEFAULT 0 NOT NULL,
    claimed bigint DEFAULT 0 NOT NULL,
    paid bigint DEFAULT 0 NOT NULL,
    refunded bigint DEFAULT 0 NOT NULL,
    act_target integer DEFAULT 0 NOT NULL,
    act_n integer DEFAULT 0 NOT NULL,
    served_times integer DEFAULT 0 NOT NULL,
    served_people integer DEFAULT 0 NOT NULL,
    volunteer_times integer DEFAULT 0 NOT NULL,
    grade text DEFAULT ''::text NOT NULL,
    settled boolean DEFAULT false NOT NULL,
    published boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT project_award_check CHECK ((award > 0)),
    CONSTRAINT project_check CHECK (((act_n >= 0) AND (served_times >= 0) AND (volunteer_times >= 0))),
    CONSTRAINT project_check1 CHECK (((served_people >= 0) AND (served_people <= served_times))),
    CONSTRAINT project_check2 CHECK (((released >= 0) AND (released <= award))),
    CONSTRAINT project_check3 CHECK (((claimed >= 0) AND (claimed <= award))),
    CONSTRAINT project_check4 CHECK (((paid >= 0) AND (paid <= released))),
    CONSTRAINT project_check5 CHECK ((paid <= claimed))
);

CREATE TABLE public.proposal_revision (
    proposal_id uuid NOT NULL,
    no integer NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    digest text NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    sealed_by uuid NOT NULL,
    CONSTRAINT proposal_revision_kind_check CHECK ((kind = ANY (ARRAY['submission'::text, 'refinement'::text])))
);

CREATE TABLE public.publicity (
    id uuid NOT NULL,
    number text NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    calendar_version integer NOT NULL,
    rules_version integer NOT NULL,
    content text NOT NULL,
    digest text NOT NULL,
    publisher uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    archived_at timestamp with time zone,
    cause text DEFAULT 'first'::text NOT NULL,
    follows uuid,
    round_run integer DEFAULT 1 NOT NULL,
    CONSTRAINT publicity_cause_check CHECK ((cause = ANY (ARRAY['first'::text, 'correction'::text, 'promotion'::text]))),
    CONSTRAINT publicity_check CHECK ((archived_at > opens_at)),
    CONSTRAINT publicity_check1 CHECK (((cause = 'first'::text) = (follows IS NULL))),
    CONSTRAINT publicity_kind_check CHECK ((kind = ANY (ARRAY['award'::text, 'mid'::text, 'star'::text])))
);

CREATE TABLE public.publicity_item (
    publicity_id uuid NOT NULL,
    award_id uuid NOT NULL
);

CREATE TABLE public.team (
    id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    place public.ltree,
    lead_id uuid NOT NULL,
    state text DEFAULT 'forming'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);

CREATE VIEW public.gallery_source AS
 SELECT 'proposal'::text AS kind,
    p.id,
    p.id AS proposal_id,
    p.edition_id,
    p.place,
        CASE
            WHEN (s.draft IS NULL) THEN p.category
            ELSE (s.draft ->> 'Category'::text)
        END AS category,
        CASE
            WHEN (s.draft IS NULL) THEN p.colour
            ELSE (s.draft ->> 'Colour'::text)
        END AS colour,
        CASE
            WHEN (n.publisher IS NULL) THEN 'collecting'::text
            ELSE 'judged'::text
        END AS stage,
        CASE
            WHEN (n.publisher IS NULL) THEN ''::text
            ELSE p.state
        END AS state,
    COALESCE(p.number, ''::text) AS number,
        CASE
            WHEN (s.draft IS NULL) THEN p.title
            ELSE (s.draft ->> 'Title'::text)
        END AS title,
        CASE
            WHEN (s.draft IS NULL) THEN p.pitch
            ELSE (s.draft ->> 'Pitch'::text)
        END AS pitch,
        CASE
            WHEN (s.draft IS NULL) THEN p.goal
            ELSE (s.draft ->> 'Goal'::text)
        END AS goal,
        CASE
            WHEN (n.publisher IS NULL) THEN ''::text
            ELSE t.name
        END AS team,
        CASE
            WHEN (EXISTS ( SELECT
               FROM public.consent f
              WHERE ((f.person_id = u.id) AND (f.purpose = 'name_public'::text) AND (f.withdrawn_at IS NULL)))) THEN u.name
            ELSE ("left"(u.name, 1) || '**'::text)
        END AS lead,
    p.requested AS fen,
    p.submitted_at AS at,
    COALESCE(n.publisher, c.person_id) AS publisher
   FROM ((((((public.proposal p
     JOIN public.edition e ON ((e.id = p.edition_id)))
     JOIN public.team t ON ((t.id = p.team_id)))
     JOIN public.person u ON ((u.id = p.lead_id)))
     LEFT JOIN LATERAL ( SELECT ((r.body)::jsonb -> 'Draft'::text) AS draft
           FROM public.proposal_revision r
          WHERE ((r.proposal_id = p.id) AND (r.kind = 'submission'::text) AND ("left"(r.body, 1) = '{'::text))
          ORDER BY r.no DESC
         LIMIT 1) s ON (true))
     LEFT JOIN LATERAL ( SELECT o.publisher
           FROM ((public.award a
             JOIN public.publicity_item i ON ((i.award_id = a.id)))
             JOIN public.publicity o ON ((o.id = i.publicity_id)))
          WHERE ((a.proposal_id = p.id) AND (o.kind = 'award'::text) AND (o.state <> 'void'::text) AND (o.archived_at IS NULL))
          ORDER BY o.opens_at DESC
         LIMIT 1) n ON (true))
     LEFT JOIN LATERAL ( SELECT c_1.person_id
           FROM public.consent c_1
          WHERE ((c_1.subject_id = p.id) AND (c_1.purpose = 'proposal_public'::text) AND (c_1.person_id = p.lead_id) AND (c_1.withdrawn_at IS NULL))
         LIMIT 1) c ON (true))
  WHERE ((p.submitted_at IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM public.project j
          WHERE ((j.proposal_id = p.id) AND j.published)))) AND
        CASE
            WHEN (p.state = ANY (ARRAY['draft'::text, 'withdrawn'::text, 'void'::text])) THEN false
            WHEN (n.publisher IS NOT NULL) THEN ((p.state = ANY (ARRAY['selected'::text, 'reserve'::text, 'refining'::text, 'refined'::text, 'contracted'::text])) OR ((p.state = 'not_selected'::text) AND (c.person_id IS NOT NULL)))
            ELSE ((c.person_id IS NOT NULL) AND ((e.rules ->> 'gallery'::text) = 'submitted'::text) AND (e.state <> ALL (ARRAY['draft'::text, 'cancelled'::text, 'archived'::text])) AND (NOT (EXISTS ( SELECT
               FROM public.publicity o
              WHERE ((o.edition_id = e.id) AND (o.kind = 'award'::text) AND (o.state <> 'void'::text))))))
        END)
UNION ALL
 SELECT 'project'::text AS kind,
    p.id,
    p.proposal_id,
    p.edition_id,
    p.place,
    p.category,
    p.colour,
        CASE
            WHEN (p.state = ANY (ARRAY['accepted'::text, 'failed'::text, 'terminated'::text, 'archived'::text])) THEN 'done'::text
            ELSE 'running'::text
        END AS stage,
    p.state,
    p.number,
    p.title,
    r.pitch,
    r.goal,
    t.name AS team,
    ''::text AS lead,
    p.award AS fen,
    p.created_at AS at,
    ( SELECT o.publisher
           FROM (public.publicity_item i
             JOIN public.publicity o ON ((o.id = i.publicity_id)))
          WHERE (i.award_id = p.award_id)
          ORDER BY o.opens_at DESC
         LIMIT 1) AS publisher
   FROM ((public.project p
     JOIN public.proposal r ON ((r.id = p.proposal_id)))
     JOIN public.team t ON ((t.id = p.team_id)))
  WHERE p.published
UNION ALL
 SELECT 'org'::text AS kind,
    o.id,
    NULL::uuid AS proposal_id,
    NULL::uuid AS edition_id,
    o.place,
    ''::text AS category,
    o.colour,
    'org'::text AS stage,
    o.state,
    o.number,
    o.name AS title,
    o.purpose AS pitch,
    ''::text AS goal,
    ''::text AS team,
    ''::text AS lead,
    0 AS fen,
    ((o.founded_on)::timestamp without time zone AT TIME ZONE 'Asia/Shanghai'::text) AS at,
    g.recognized_by AS publisher
   FROM (public.open_org o
     JOIN public.org g ON ((g.id = o.id)));

CREATE TABLE public.grace (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    lead_name text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    paper_id uuid NOT NULL,
    state text DEFAULT 'listed'::text NOT NULL,
    proposal_id uuid,
    listed_by uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    entry_id uuid,
    CONSTRAINT grace_check CHECK (((state = 'used'::text) = (proposal_id IS NOT NULL))),
    CONSTRAINT grace_check1 CHECK ((received_at <= at)),
    CONSTRAINT grace_lead_name_check CHECK ((lead_name <> ''::text))
);

CREATE TABLE public.guardian (
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    child_id uuid NOT NULL,
    name_sealed bytea NOT NULL,
    phone_sealed bytea NOT NULL,
    phone_tail text NOT NULL,
    text_version integer DEFAULT 1 NOT NULL,
    accompanied boolean DEFAULT false NOT NULL,
    how text DEFAULT ''::text NOT NULL,
    paper uuid,
    code_hash bytea,
    code_at timestamp with time zone,
    code_tries integer DEFAULT 0 NOT NULL,
    codes_n integer DEFAULT 0 NOT NULL,
    answered_at timestamp with time zone,
    answered_by uuid,
    state text DEFAULT 'asked'::text NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT guardian_check CHECK (((state <> 'agreed'::text) OR (how <> ''::text))),
    CONSTRAINT guardian_check1 CHECK (((how <> 'paper'::text) OR ((paper IS NOT NULL) AND (answered_by IS NOT NULL)))),
    CONSTRAINT guardian_how_check CHECK ((how = ANY (ARRAY[''::text, 'code'::text, 'paper'::text])))
);

CREATE TABLE public.handover (
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    old_lead uuid NOT NULL,
    new_lead uuid NOT NULL,
    proposed_by uuid NOT NULL,
    reason text NOT NULL,
    until timestamp with time zone NOT NULL,
    place public.ltree NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    answered_by uuid,
    state text DEFAULT 'voting'::text NOT NULL,
    at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.handover_vote (
    handover_id uuid NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    yes boolean,
    at timestamp with time zone,
    CONSTRAINT handover_vote_check CHECK (((yes IS NULL) = (at IS NULL)))
);

CREATE TABLE public.invoice (
    id uuid NOT NULL,
    form text NOT NULL,
    code text DEFAULT ''::text NOT NULL,
    number text NOT NULL,
    key1 text NOT NULL,
    issued_on date NOT NULL,
    buyer text NOT NULL,
    seller text NOT NULL,
    total bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT invoice_form_check CHECK ((form = ANY (ARRAY['digital20'::text, 'legacy'::text]))),
    CONSTRAINT invoice_total_check CHECK ((total > 0))
);

CREATE TABLE public.job_run (
    job text NOT NULL,
    due timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.judge (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    person_id uuid NOT NULL,
    unit text DEFAULT ''::text NOT NULL,
    expertise text NOT NULL,
    state text DEFAULT 'invited'::text NOT NULL,
    statement_at timestamp with time zone,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    fields text[] DEFAULT '{}'::text[] NOT NULL,
    load_min integer DEFAULT 0 NOT NULL,
    load_max integer DEFAULT 0 NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    stead uuid,
    CONSTRAINT judge_load CHECK (((load_max = 0) OR (load_min <= load_max))),
    CONSTRAINT judge_load_max_check CHECK (((load_max >= 0) AND (load_max <= 500))),
    CONSTRAINT judge_load_min_check CHECK (((load_min >= 0) AND (load_min <= 500)))
);

CREATE TABLE public.judge_phrase (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT judge_phrase_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 200)))
);

CREATE TABLE public.judge_wish (
    judge_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    wish text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT judge_wish_wish_check CHECK ((wish = ANY (ARRAY['like'::text, 'could'::text, 'rather_not'::text])))
);

CREATE TABLE public.juror (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    person_id uuid NOT NULL,
    unit text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    fields text[] DEFAULT '{}'::text[] NOT NULL,
    bank text DEFAULT ''::text NOT NULL,
    account_sealed bytea,
    account_tail text DEFAULT ''::text NOT NULL,
    consent_id uuid,
    at timestamp with time zone NOT NULL,
    saves integer DEFAULT 1 NOT NULL,
    CONSTRAINT juror_check CHECK (((account_sealed IS NULL) = (account_tail = ''::text))),
    CONSTRAINT juror_check1 CHECK (((account_sealed IS NULL) OR (consent_id IS NOT NULL)))
);

CREATE TABLE public.juror_tie (
    id uuid NOT NULL,
    juror_id uuid NOT NULL,
    kind text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    place public.ltree,
    relation text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT juror_tie_check CHECK (
CASE
    WHEN (kind = 'community'::text) THEN (place IS NOT NULL)
    ELSE (name <> ''::text)
END),
    CONSTRAINT juror_tie_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'community'::text, 'org'::text])))
);

CREATE TABLE public.ledger_account (
    id bigint NOT NULL,
    kind text NOT NULL,
    edition_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    category text DEFAULT ''::text NOT NULL,
    balance bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ledger_account_check CHECK (((kind = 'fund'::text) OR (balance >= 0))),
    CONSTRAINT ledger_account_kind_check CHECK ((kind = ANY (ARRAY['fund'::text, 'pool'::text, 'committed'::text, 'released'::text, 'advance'::text, 'payable'::text, 'spent'::text, 'refund'::text, 'host_fee'::text, 'own_fund'::text])))
);

ALTER TABLE public.ledger_account ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_entry (
    tx_id bigint NOT NULL,
    seq integer NOT NULL,
    account_id bigint NOT NULL,
    fen bigint NOT NULL,
    CONSTRAINT ledger_entry_fen_check CHECK ((fen <> 0))
);

CREATE TABLE public.ledger_tx (
    id bigint NOT NULL,
    kind text NOT NULL,
    source_entity text NOT NULL,
    source_id uuid NOT NULL,
    place public.ltree NOT NULL,
    actor uuid,
    at timestamp with time zone NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    reverses bigint,
    made_in bigint DEFAULT txid_current() NOT NULL
);

ALTER TABLE public.ledger_tx ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_tx_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.legal_move (
    entity text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL
);

CREATE TABLE public.login_code (
    id uuid NOT NULL,
    phone_index bytea NOT NULL,
    code_hash bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.money_hold (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text DEFAULT 'on'::text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    held_at timestamp with time zone NOT NULL,
    cleared_reason text DEFAULT ''::text NOT NULL,
    cleared_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT money_hold_code_check CHECK ((code = ANY (ARRAY['mid_failed'::text, 'finding'::text, 'agreement'::text, 'other'::text])))
);

CREATE TABLE public.notice (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    code text NOT NULL,
    text text NOT NULL,
    args jsonb DEFAULT '[]'::jsonb NOT NULL,
    link text DEFAULT ''::text NOT NULL,
    key text NOT NULL,
    at timestamp with time zone NOT NULL,
    read_at timestamp with time zone
);

CREATE TABLE public.number_series (
    key text NOT NULL,
    last integer NOT NULL
);

CREATE TABLE public.objection (
    id uuid NOT NULL,
    number text NOT NULL,
    publicity_id uuid NOT NULL,
    award_id uuid NOT NULL,
    place public.ltree NOT NULL,
    person_id uuid NOT NULL,
    facts text NOT NULL,
    state text DEFAULT 'received'::text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    handler uuid,
    answer text DEFAULT ''::text NOT NULL,
    decided_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    remedy text DEFAULT ''::text NOT NULL,
    sheets uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    CONSTRAINT objection_check CHECK (((state = ANY (ARRAY['upheld'::text, 'dismissed'::text])) <= ((handler IS NOT NULL) AND (answer <> ''::text) AND (decided_at IS NOT NULL)))),
    CONSTRAINT objection_check1 CHECK ((handler IS DISTINCT FROM person_id)),
    CONSTRAINT objection_remedy_check CHECK ((remedy = ANY (ARRAY[''::text, 'revoke'::text, 'sheets'::text, 'panel'::text])))
);

CREATE VIEW public.open_activity AS
 SELECT a.id,
    a.project_id,
    a.theme,
    a.starts_at,
    a.place_text,
    a.content,
    a.served_times,
    a.volunteers
   FROM (public.activity a
     JOIN public.project p ON ((p.id = a.project_id)))
  WHERE ((a.state = 'verified'::text) AND p.published);

CREATE VIEW public.open_cover AS
 SELECT t.id,
    g.kind,
    g.proposal_id,
    g.edition_id,
    g.stage,
    t.large,
    t.thumb,
    t.width,
    t.height
   FROM (((public.cover c
     JOIN public.gallery_item g ON ((g.proposal_id = c.proposal_id)))
     JOIN public.proposal p ON ((p.id = c.proposal_id)))
     JOIN public.attachment t ON ((t.id = c.id)))
  WHERE ((c.state = 'cleared'::text) AND (t.owner = 'proposal'::text) AND (t.owner_id = p.id) AND (t.kind = 'cover'::text) AND (t.state <> ALL (ARRAY['stored'::text, 'hidden'::text, 'purged'::text, 'unreadable'::text])) AND (t.large IS NOT NULL) AND (t.thumb IS NOT NULL) AND (EXISTS ( SELECT
           FROM public.consent k
          WHERE ((k.subject_id = p.id) AND (k.purpose = 'cover_public'::text) AND (k.person_id = p.lead_id) AND (k.withdrawn_at IS NULL)))) AND (NOT (EXISTS ( SELECT
           FROM public.person u
          WHERE ((u.id = t.uploader) AND (u.erased_at IS NOT NULL))))));

CREATE VIEW public.open_photo AS
 SELECT t.id,
    t.owner_id AS activity_id,
    t.large,
    t.thumb,
    t.kind,
    t.width,
    t.height
   FROM ((public.attachment t
     JOIN public.activity a ON ((a.id = t.owner_id)))
     JOIN public.project p ON ((p.id = a.project_id)))
  WHERE ((t.state = 'public'::text) AND (a.state = 'verified'::text) AND p.published AND (t.kind <> 'sheet'::text));

CREATE VIEW public.open_project AS
 SELECT p.id,
    p.number,
    p.title,
    p.category,
    p.colour,
    p.state,
    p.place,
    p.edition_id,
    p.starts_on,
    p.ends_on,
    p.award,
    p.released,
    p.paid,
    p.act_n,
    p.served_times,
    p.grade,
    p.created_at,
    p.proposal_id,
    ( SELECT o.id
           FROM public.org o
          WHERE ((o.project_id = p.id) AND (o.state <> ALL (ARRAY['seedling'::text, 'dissolved'::text])))) AS org_id
   FROM public.project p
  WHERE p.published;

CREATE VIEW public.open_spending AS
 SELECT l.project_id,
    l.category,
    sum(l.amount) AS budget,
    (COALESCE(sum(s.spent), (0)::numeric))::bigint AS spent
   FROM ((public.budget_line l
     JOIN public.project p ON (((p.id = l.project_id) AND p.published)))
     LEFT JOIN LATERAL ( SELECT sum(COALESCE(i.approved, i.amount)) AS spent
           FROM (public.claim_item i
             JOIN public.claim c ON (((c.id = i.claim_id) AND (c.state = ANY (ARRAY['paid'::text, 'payee_confirmed'::text])))))
          WHERE (i.line_id = l.id)) s ON (true))
  GROUP BY l.project_id, l.category;

CREATE TABLE public.talent (
    id uuid NOT NULL,
    person_id uuid,
    name text NOT NULL,
    place public.ltree NOT NULL,
    source text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    skills text[] DEFAULT '{}'::text[] NOT NULL,
    skill_note text DEFAULT ''::text NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    times text[] DEFAULT '{}'::text[] NOT NULL,
    wants text[] DEFAULT '{}'::text[] NOT NULL,
    story text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'nominated'::text NOT NULL,
    nominated_by uuid,
    keeper uuid,
    phone_index bytea,
    phone_tail text DEFAULT ''::text NOT NULL,
    phone_sealed bytea,
    phone_key bytea,
    name_shown text DEFAULT 'surname'::text NOT NULL,
    shown text[] DEFAULT '{}'::text[] NOT NULL,
    consent_id uuid,
    consent_paper uuid,
    listed_at timestamp with time zone,
    active_at timestamp with time zone NOT NULL,
    removal_asked_at timestamp with time zone,
    removal_due timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    grams text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT talent_check CHECK (((state <> ALL (ARRAY['listed'::text, 'dormant'::text])) OR (consent_id IS NOT NULL))),
    CONSTRAINT talent_check1 CHECK (((removal_asked_at IS NULL) = (removal_due IS NULL))),
    CONSTRAINT talent_check2 CHECK ((((phone_sealed IS NULL) = (phone_key IS NULL)) AND ((phone_sealed IS NULL) = (phone_index IS NULL)))),
    CONSTRAINT talent_name_shown_check CHECK ((name_shown = ANY (ARRAY['surname'::text, 'full'::text]))),
    CONSTRAINT talent_source_check CHECK ((source = ANY (ARRAY['visit'::text, 'deliberation'::text, 'event'::text, 'federation'::text, 'self'::text, 'neighbour'::text])))
);

CREATE VIEW public.open_talent AS
 SELECT t.id,
        CASE
            WHEN (t.name_shown = 'full'::text) THEN t.name
            ELSE ("left"(t.name, 1) || '**'::text)
        END AS name,
    t.skills,
    t.skill_note,
    t.words,
        CASE
            WHEN ('times'::text = ANY (t.shown)) THEN t.times
            ELSE '{}'::text[]
        END AS times,
        CASE
            WHEN ('wants'::text = ANY (t.shown)) THEN t.wants
            ELSE '{}'::text[]
        END AS wants,
        CASE
            WHEN ('story'::text = ANY (t.shown)) THEN t.story
            ELSE ''::text
        END AS story,
        CASE
            WHEN ('area'::text = ANY (t.shown)) THEN t.place
            ELSE public.subpath(t.place, 0, LEAST(2, public.nlevel(t.place)))
        END AS place,
    t.listed_at,
    t.active_at,
    t.grams
   FROM (public.talent t
     JOIN public.consent c ON (((c.id = t.consent_id) AND (c.withdrawn_at IS NULL) AND (c.purpose = 'talent_listing'::text))))
  WHERE ((t.state = 'listed'::text) AND (t.removal_asked_at IS NULL));

CREATE TABLE public.org_member (
    org_id uuid NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    state text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    consent_id uuid,
    CONSTRAINT org_member_check CHECK (((state <> 'accepted'::text) OR (consent_id IS NOT NULL))),
    CONSTRAINT org_member_role_check CHECK ((role = ANY (ARRAY['leader'::text, 'founder'::text, 'member'::text]))),
    CONSTRAINT org_member_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'accepted'::text, 'declined'::text, 'left'::text])))
);

CREATE TABLE public.outage (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    reason text NOT NULL,
    declared_by uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT outage_check CHECK (((began_at < ended_at) AND (ended_at < until))),
    CONSTRAINT outage_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    sent_at timestamp with time zone,
    done_at timestamp with time zone,
    fault text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.outbox_done (
    fact_id bigint NOT NULL,
    listener text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.panel_minute (
    round_id uuid NOT NULL,
    run integer NOT NULL,
    place public.ltree NOT NULL,
    scan_id uuid NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.panel_word (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    proposal_id uuid NOT NULL,
    no integer NOT NULL,
    yes integer NOT NULL,
    nay integer NOT NULL,
    abstain integer NOT NULL,
    passed boolean GENERATED ALWAYS AS (((2 * yes) > ((yes + nay) + abstain))) STORED NOT NULL,
    amount bigint,
    conditions text[] DEFAULT '{}'::text[] NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    present uuid[] NOT NULL,
    apart uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    objection_id uuid,
    seats integer NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT panel_word_abstain_check CHECK ((abstain >= 0)),
    CONSTRAINT panel_word_amount_check CHECK ((amount > 0)),
    CONSTRAINT panel_word_check CHECK ((seats >= (cardinality(present) + cardinality(apart)))),
    CONSTRAINT panel_word_check1 CHECK ((((yes + nay) + abstain) = cardinality(present))),
    CONSTRAINT panel_word_check2 CHECK ((((2 * yes) > ((yes + nay) + abstain)) OR ((amount IS NULL) AND (cardinality(conditions) = 0) AND (reason <> ''::text)))),
    CONSTRAINT panel_word_nay_check CHECK ((nay >= 0)),
    CONSTRAINT panel_word_no_check CHECK ((no > 0)),
    CONSTRAINT panel_word_present_check CHECK ((cardinality(present) >= 3)),
    CONSTRAINT panel_word_yes_check CHECK ((yes >= 0))
);

CREATE TABLE public.paper_export (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    state_is text DEFAULT ''::text NOT NULL,
    place_is text DEFAULT ''::text NOT NULL,
    sight text[] NOT NULL,
    phone_sight text[] DEFAULT '{}'::text[] NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    rows_n integer DEFAULT 0 NOT NULL,
    trouble text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT paper_export_kind_check CHECK ((kind = ANY (ARRAY['list'::text, 'template'::text, 'book'::text, 'files'::text]))),
    CONSTRAINT paper_export_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'done'::text, 'failed'::text, 'lapsed'::text])))
);

CREATE TABLE public.payment (
    claim_id uuid NOT NULL,
    bank_ref text NOT NULL,
    method text NOT NULL,
    amount bigint NOT NULL,
    paid_on date NOT NULL,
    cashier uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT payment_amount_check CHECK ((amount > 0)),
    CONSTRAINT payment_method_check CHECK ((method = ANY (ARRAY['transfer'::text, 'wechat_alipay'::text, 'card'::text, 'cash'::text])))
);

CREATE TABLE public.person_key (
    person_id uuid NOT NULL,
    wrapped bytea NOT NULL
);

CREATE TABLE public.pitch_draw (
    room_id uuid NOT NULL,
    n integer NOT NULL,
    seed text NOT NULL,
    input jsonb NOT NULL,
    result jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    drawn_by uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pitch_draw_check CHECK (((n = 1) OR (reason <> ''::text)))
);

CREATE TABLE public.pitch_minute (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text DEFAULT 'sealed'::text NOT NULL,
    body text NOT NULL,
    digest text NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    scan_id uuid,
    signed_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pitch_minute_check CHECK (((state = 'signed'::text) = ((scan_id IS NOT NULL) AND (signed_at IS NOT NULL))))
);

CREATE TABLE public.pitch_room (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text DEFAULT 'drawn'::text NOT NULL,
    hall text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    present_min integer NOT NULL,
    question_min integer NOT NULL,
    draws integer DEFAULT 1 NOT NULL,
    since timestamp with time zone,
    used_ms bigint DEFAULT 0 NOT NULL,
    public_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    events integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pitch_room_present_min_check CHECK (((present_min >= 1) AND (present_min <= 60))),
    CONSTRAINT pitch_room_question_min_check CHECK (((question_min >= 0) AND (question_min <= 60))),
    CONSTRAINT pitch_room_used_ms_check CHECK ((used_ms >= 0))
);

CREATE TABLE public.pitch_slot (
    id uuid NOT NULL,
    room_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    seq integer NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    called_at timestamp with time zone,
    ended_at timestamp with time zone,
    used_ms bigint DEFAULT 0 NOT NULL,
    shown_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    score integer,
    marks jsonb DEFAULT '[]'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    joined_at timestamp with time zone,
    CONSTRAINT pitch_slot_check CHECK (((state = 'shown'::text) = (score IS NOT NULL)))
);

CREATE TABLE public.place (
    path public.ltree NOT NULL,
    level text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    code text NOT NULL,
    seq integer DEFAULT 0 NOT NULL,
    successor public.ltree,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT place_check CHECK (((valid_to IS NULL) OR (valid_to > valid_from))),
    CONSTRAINT place_level_check CHECK ((level = ANY (ARRAY['city'::text, 'district'::text, 'subdistrict'::text, 'community'::text])))
);

CREATE TABLE public.poll (
    id uuid NOT NULL,
    place public.ltree NOT NULL,
    share integer NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    most integer DEFAULT 0 NOT NULL,
    CONSTRAINT poll_check CHECK ((closes_at > opens_at)),
    CONSTRAINT poll_check1 CHECK (((state = 'counted'::text) = (digest <> ''::text))),
    CONSTRAINT poll_most_check CHECK (((most >= 0) AND (most <= 20))),
    CONSTRAINT poll_share_check CHECK (((share >= 1) AND (share <= 30)))
);

CREATE TABLE public.poll_result (
    poll_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    votes integer NOT NULL,
    paper integer NOT NULL,
    points integer NOT NULL,
    CONSTRAINT poll_result_points_check CHECK (((points >= 0) AND (points <= 10000)))
);

CREATE TABLE public.proposal_activity (
    proposal_id uuid NOT NULL,
    seq integer NOT NULL,
    name text NOT NULL,
    times integer NOT NULL,
    month text DEFAULT ''::text NOT NULL,
    place_text text DEFAULT ''::text NOT NULL,
    people integer NOT NULL,
    row_id text DEFAULT substr(md5((gen_random_uuid())::text), 1, 10) NOT NULL
);

CREATE TABLE public.proposal_alike (
    proposal_id uuid NOT NULL,
    other_id uuid NOT NULL,
    shared integer NOT NULL,
    part integer NOT NULL,
    found_at timestamp with time zone NOT NULL,
    CONSTRAINT proposal_alike_check CHECK ((proposal_id <> other_id))
);

CREATE TABLE public.proposal_band (
    band integer NOT NULL,
    proposal_id uuid NOT NULL
);

CREATE TABLE public.proposal_comment (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    section text NOT NULL,
    body text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    hidden_at timestamp with time zone,
    hidden_by uuid
);

CREATE TABLE public.proposal_funding (
    proposal_id uuid NOT NULL,
    seq integer NOT NULL,
    source text NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    amount bigint NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    row_id text NOT NULL,
    CONSTRAINT proposal_funding_amount_check CHECK ((amount >= 0)),
    CONSTRAINT proposal_funding_kind_check CHECK ((kind = ANY (ARRAY[''::text, 'public'::text, 'social'::text, 'in_kind'::text])))
);

CREATE TABLE public.proposal_import (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    person_id uuid NOT NULL,
    workbook text NOT NULL,
    scans text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    sight text[] NOT NULL,
    state text DEFAULT 'checked'::text NOT NULL,
    rows_n integer DEFAULT 0 NOT NULL,
    faults jsonb DEFAULT '[]'::jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT proposal_import_kind_check CHECK ((kind = ANY (ARRAY['xlsx'::text, 'csv'::text]))),
    CONSTRAINT proposal_import_state_check CHECK ((state = ANY (ARRAY['checked'::text, 'faulty'::text, 'done'::text, 'lapsed'::text])))
);

CREATE TABLE public.proposal_import_row (
    import_id uuid NOT NULL,
    seq text NOT NULL,
    proposal_id uuid NOT NULL,
    received_at timestamp with time zone
);

CREATE TABLE public.proposal_line (
    proposal_id uuid NOT NULL,
    seq integer NOT NULL,
    category text NOT NULL,
    item text NOT NULL,
    unit_price bigint NOT NULL,
    qty integer NOT NULL,
    amount bigint GENERATED ALWAYS AS ((unit_price * qty)) STORED,
    note text DEFAULT ''::text NOT NULL,
    row_id text DEFAULT substr(md5((gen_random_uuid())::text), 1, 10) NOT NULL,
    CONSTRAINT proposal_line_qty_check CHECK ((qty >= 0)),
    CONSTRAINT proposal_line_unit_price_check CHECK ((unit_price >= 0))
);

CREATE TABLE public.proposal_mark (
    proposal_id uuid NOT NULL,
    revision integer NOT NULL,
    grams integer[] NOT NULL,
    sampled integer NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.proposal_merge (
    id uuid NOT NULL,
    kept_id uuid NOT NULL,
    closed_id uuid NOT NULL,
    place public.ltree NOT NULL,
    reason text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    kept_agreed_at timestamp with time zone,
    closed_agreed_at timestamp with time zone,
    decided_at timestamp with time zone,
    answer text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT proposal_merge_check CHECK ((kept_id <> closed_id)),
    CONSTRAINT proposal_merge_check1 CHECK (((state <> 'merged'::text) OR ((kept_agreed_at IS NOT NULL) AND (closed_agreed_at IS NOT NULL))))
);

CREATE TABLE public.proposal_opinion (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    revision integer NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    held_on date,
    by_person uuid NOT NULL,
    role text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT proposal_opinion_kind_check CHECK ((kind = ANY (ARRAY['endorse'::text, 'refuse'::text, 'ask'::text, 'stand'::text, 'overrule'::text])))
);

CREATE TABLE public.proposal_piece (
    piece integer NOT NULL,
    proposal_id uuid NOT NULL
);

CREATE TABLE public.proposal_return (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    revision integer NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    parts jsonb DEFAULT '[]'::jsonb NOT NULL,
    by_person uuid NOT NULL,
    role text NOT NULL,
    at timestamp with time zone NOT NULL,
    fix_until timestamp with time zone NOT NULL
);

CREATE TABLE public.proposal_save (
    proposal_id uuid NOT NULL,
    saves integer NOT NULL,
    body jsonb NOT NULL,
    page text DEFAULT ''::text NOT NULL,
    by_person uuid,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.proposal_standing (
    id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    person_id uuid NOT NULL,
    place public.ltree NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT proposal_standing_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'taken_back'::text, 'sent'::text, 'unsent'::text, 'moot'::text])))
);

CREATE TABLE public.reopening (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    struck uuid[] NOT NULL,
    need integer NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone,
    ended_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT reopening_cause_check CHECK ((cause = ANY (ARRAY['objection'::text, 'conflict'::text]))),
    CONSTRAINT reopening_check CHECK (((state = 'open'::text) = (ended_at IS NULL))),
    CONSTRAINT reopening_need_check CHECK ((need > 0)),
    CONSTRAINT reopening_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT reopening_struck_check CHECK ((cardinality(struck) > 0))
);

CREATE TABLE public.review_round (
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    kind text NOT NULL,
    seq integer NOT NULL,
    name text NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    min_valid integer NOT NULL,
    trim_at integer NOT NULL,
    panel integer NOT NULL,
    closes_at timestamp with time zone,
    opened_at timestamp with time zone,
    closed_at timestamp with time zone,
    digest text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    seed text DEFAULT ''::text NOT NULL,
    cut_score integer,
    cut_top integer,
    blind boolean DEFAULT true NOT NULL,
    CONSTRAINT review_round_check CHECK (((state = 'planned'::text) OR (kind = 'panel'::text) OR (seed <> ''::text))),
    CONSTRAINT review_round_cut CHECK (((num_nonnulls(cut_score, cut_top) <= 1) AND ((kind = 'desk'::text) OR (num_nonnulls(cut_score, cut_top) = 0)))),
    CONSTRAINT review_round_cut_score_check CHECK (((cut_score >= 0) AND (cut_score <= 10000))),
    CONSTRAINT review_round_cut_top_check CHECK (((cut_top >= 1) AND (cut_top <= 500))),
    CONSTRAINT review_round_kind_check CHECK ((kind = ANY (ARRAY['desk'::text, 'pitch'::text, 'panel'::text])))
);

CREATE TABLE public.rights_request (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    place public.ltree NOT NULL,
    kind text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    reminded_at timestamp with time zone,
    decided_by uuid,
    decided_at timestamp with time zone,
    answer text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT rights_request_check CHECK ((decided_by IS DISTINCT FROM person_id)),
    CONSTRAINT rights_request_check1 CHECK (((state = ANY (ARRAY['open'::text, 'taken_back'::text])) OR ((decided_by IS NOT NULL) AND (answer <> ''::text)))),
    CONSTRAINT rights_request_kind_check CHECK ((kind = ANY (ARRAY['copy'::text, 'correct'::text, 'delete'::text, 'close'::text, 'explain'::text])))
);

CREATE TABLE public.role_grant (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    place public.ltree NOT NULL,
    granted_by uuid,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.round_draw (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    place public.ltree NOT NULL,
    proposals uuid[] NOT NULL,
    seed text NOT NULL,
    protocol text NOT NULL,
    digest text NOT NULL,
    reason text NOT NULL,
    present uuid[] NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT round_draw_present_check CHECK ((cardinality(present) > 0)),
    CONSTRAINT round_draw_proposals_check CHECK ((cardinality(proposals) > 1)),
    CONSTRAINT round_draw_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE public.round_entry (
    round_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    seq integer NOT NULL,
    CONSTRAINT round_entry_seq_check CHECK ((seq > 0))
);

CREATE TABLE public.round_result (
    round_id uuid NOT NULL,
    run integer NOT NULL,
    proposal_id uuid NOT NULL,
    score integer NOT NULL,
    rank integer NOT NULL,
    n integer NOT NULL,
    dropped uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    need_mark integer NOT NULL,
    part_mark integer NOT NULL
);

CREATE TABLE public.round_run (
    round_id uuid NOT NULL,
    run integer NOT NULL,
    cause text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    protocol text NOT NULL,
    digest text NOT NULL,
    advice text NOT NULL,
    at timestamp with time zone NOT NULL,
    struck uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    CONSTRAINT round_run_cause_check CHECK ((cause = ANY (ARRAY['close'::text, 'objection'::text, 'conflict'::text]))),
    CONSTRAINT round_run_check CHECK (((cause = 'close'::text) OR (reason <> ''::text))),
    CONSTRAINT round_run_run_check CHECK ((run > 0))
);

CREATE TABLE public.seat_lock (
    round_id uuid NOT NULL,
    judge_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    by_person uuid,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.session (
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    strong boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    assistance_id uuid
);

CREATE TABLE public.sheet (
    id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    round_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    judge_id uuid NOT NULL,
    marks jsonb DEFAULT '{}'::jsonb NOT NULL,
    total integer,
    comment text DEFAULT ''::text NOT NULL,
    private_note text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    submitted_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    saves integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT sheet_check CHECK (((state = ANY (ARRAY['submitted'::text, 'locked'::text])) <= ((total IS NOT NULL) AND (submitted_at IS NOT NULL)))),
    CONSTRAINT sheet_total_check CHECK (((total >= 0) AND (total <= 10000)))
);

CREATE TABLE public.sheet_import (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    round_id uuid NOT NULL,
    place public.ltree NOT NULL,
    name text NOT NULL,
    rows jsonb NOT NULL,
    state text DEFAULT 'read'::text NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT sheet_import_state_check CHECK ((state = ANY (ARRAY['read'::text, 'taken'::text])))
);

CREATE TABLE public.support (
    proposal_id uuid NOT NULL,
    person_id uuid NOT NULL,
    word text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    taken_back_at timestamp with time zone,
    hidden_at timestamp with time zone,
    hidden_by uuid,
    hidden_reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT support_check CHECK (((hidden_at IS NULL) = (hidden_by IS NULL))),
    CONSTRAINT support_word_check CHECK ((char_length(word) <= 60))
);

CREATE TABLE public.talent_contact (
    id uuid NOT NULL,
    talent_id uuid NOT NULL,
    by_person uuid NOT NULL,
    on_day date NOT NULL,
    how text NOT NULL,
    said text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT talent_contact_how_check CHECK ((how = ANY (ARRAY['visit'::text, 'phone'::text, 'app'::text, 'event'::text, 'check'::text, 'ask'::text])))
);

CREATE TABLE public.team_link (
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    role text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    most integer NOT NULL,
    used integer DEFAULT 0 NOT NULL,
    until timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    made_by uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT team_link_check CHECK ((used <= most)),
    CONSTRAINT team_link_most_check CHECK (((most >= 1) AND (most <= 30))),
    CONSTRAINT team_link_role_check CHECK ((role = ANY (ARRAY['member'::text, 'helper'::text]))),
    CONSTRAINT team_link_used_check CHECK ((used >= 0))
);

CREATE TABLE public.team_member (
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    person_id uuid,
    name text NOT NULL,
    role text NOT NULL,
    skill text DEFAULT ''::text NOT NULL,
    phone_index bytea,
    phone_tail text DEFAULT ''::text NOT NULL,
    state text NOT NULL,
    invited_by uuid,
    at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    age text DEFAULT ''::text NOT NULL,
    rights text DEFAULT 'edit'::text NOT NULL,
    wish text DEFAULT ''::text NOT NULL,
    word text DEFAULT ''::text NOT NULL,
    want_id uuid,
    link_id uuid,
    CONSTRAINT team_member_age_check CHECK ((age = ANY (ARRAY[''::text, 'adult'::text, '16_17'::text, '14_15'::text, 'under_14'::text]))),
    CONSTRAINT team_member_mentor CHECK (((role <> 'mentor'::text) OR (rights <> 'edit'::text))),
    CONSTRAINT team_member_minor CHECK (((age = ANY (ARRAY[''::text, 'adult'::text])) OR (role = 'helper'::text))),
    CONSTRAINT team_member_rights_check CHECK ((rights = ANY (ARRAY['edit'::text, 'comment'::text, 'view'::text]))),
    CONSTRAINT team_member_role_check CHECK ((role = ANY (ARRAY['lead'::text, 'deputy'::text, 'treasurer'::text, 'member'::text, 'helper'::text, 'mentor'::text])))
);

CREATE TABLE public.team_post (
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    code text NOT NULL,
    title text NOT NULL,
    intro text NOT NULL,
    state text DEFAULT 'closed'::text NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.team_want (
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    task text NOT NULL,
    skill text DEFAULT ''::text NOT NULL,
    time_text text NOT NULL,
    place_text text NOT NULL,
    risk text NOT NULL,
    role text NOT NULL,
    "least" text NOT NULL,
    wanted integer NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT team_want_least_check CHECK (("least" = ANY (ARRAY['adult'::text, '16_17'::text, '14_15'::text, 'under_14'::text]))),
    CONSTRAINT team_want_role_check CHECK ((role = ANY (ARRAY['member'::text, 'helper'::text]))),
    CONSTRAINT team_want_wanted_check CHECK (((wanted >= 1) AND (wanted <= 50)))
);

CREATE TABLE public.throttle (
    key text NOT NULL,
    window_start timestamp with time zone NOT NULL,
    count integer NOT NULL
);

CREATE TABLE public.topic (
    id uuid NOT NULL,
    number text NOT NULL,
    place public.ltree NOT NULL,
    proposer_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    where_text text DEFAULT ''::text NOT NULL,
    affected text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'collected'::text NOT NULL,
    screened_by uuid,
    reason text DEFAULT ''::text NOT NULL,
    merged_into uuid,
    meets_at timestamp with time zone,
    meets_where text DEFAULT ''::text NOT NULL,
    host text DEFAULT ''::text NOT NULL,
    invited text DEFAULT ''::text NOT NULL,
    people integer,
    discussion text DEFAULT ''::text NOT NULL,
    decision text DEFAULT ''::text NOT NULL,
    votes_for integer,
    votes_against integer,
    votes_abstain integer,
    feedback text DEFAULT ''::text NOT NULL,
    feedback_at timestamp with time zone,
    satisfied boolean,
    answer text DEFAULT ''::text NOT NULL,
    answered_at timestamp with time zone,
    supporters_n integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT topic_check CHECK (((merged_into IS NULL) OR ((state = 'declined'::text) AND (merged_into <> id)))),
    CONSTRAINT topic_check1 CHECK (((votes_for IS NULL) OR ((people IS NOT NULL) AND (votes_for >= 0) AND (votes_against >= 0) AND (votes_abstain >= 0) AND (((votes_for + votes_against) + votes_abstain) <= people)))),
    CONSTRAINT topic_kind_check CHECK ((kind = ANY (ARRAY['environment'::text, 'parking'::text, 'facility'::text, 'safety'::text, 'elders'::text, 'children'::text, 'culture'::text, 'other'::text]))),
    CONSTRAINT topic_people_check CHECK (((people IS NULL) OR (people > 0)))
);

CREATE TABLE public.topic_note (
    id uuid NOT NULL,
    topic_id uuid NOT NULL,
    text text NOT NULL,
    by_person uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.topic_supporter (
    topic_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.topic_task (
    id uuid NOT NULL,
    topic_id uuid NOT NULL,
    what text NOT NULL,
    owner text NOT NULL,
    due date NOT NULL,
    done_at timestamp with time zone,
    done_note text DEFAULT ''::text NOT NULL,
    done_by uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT topic_task_check CHECK (((done_at IS NULL) = (done_by IS NULL)))
);

CREATE TABLE public.tranche (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    place public.ltree NOT NULL,
    seq integer NOT NULL,
    condition text NOT NULL,
    due_on date,
    amount bigint NOT NULL,
    mode text DEFAULT 'release'::text NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    requested_by uuid,
    reviewed_by uuid,
    approved_by uuid,
    released_by uuid,
    bank_ref text,
    released_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    promised_on date,
    CONSTRAINT tranche_amount_check CHECK ((amount > 0)),
    CONSTRAINT tranche_check CHECK (((reviewed_by IS DISTINCT FROM requested_by) OR (reviewed_by IS NULL))),
    CONSTRAINT tranche_check1 CHECK (((approved_by IS NULL) OR ((approved_by IS DISTINCT FROM reviewed_by) AND (approved_by IS DISTINCT FROM requested_by)))),
    CONSTRAINT tranche_check2 CHECK (((released_by IS NULL) OR ((released_by IS DISTINCT FROM approved_by) AND (released_by IS DISTINCT FROM reviewed_by) AND (released_by IS DISTINCT FROM requested_by)))),
    CONSTRAINT tranche_condition_check CHECK ((condition = ANY (ARRAY['on_sign'::text, 'on_mid_pass'::text, 'on_final_pass'::text, 'date'::text]))),
    CONSTRAINT tranche_mode_check CHECK ((mode = ANY (ARRAY['release'::text, 'transfer'::text])))
);

CREATE TABLE public.twice (
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    place public.ltree NOT NULL,
    kind text NOT NULL,
    assignment_id uuid,
    box text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'once'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT twice_check CHECK (((kind = 'sheet'::text) = (assignment_id IS NOT NULL))),
    CONSTRAINT twice_check1 CHECK (((kind = 'box'::text) = (box <> ''::text))),
    CONSTRAINT twice_kind_check CHECK ((kind = ANY (ARRAY['sheet'::text, 'box'::text])))
);

CREATE TABLE public.twice_pass (
    twice_id uuid NOT NULL,
    pass integer NOT NULL,
    person_id uuid NOT NULL,
    marks jsonb NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    ballots jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT twice_pass_ballots_check CHECK ((jsonb_typeof(ballots) = 'array'::text)),
    CONSTRAINT twice_pass_check CHECK (((pass < 3) OR (reason <> ''::text))),
    CONSTRAINT twice_pass_pass_check CHECK (((pass >= 1) AND (pass <= 3)))
);

CREATE TABLE public.typed_form (
    visit bytea NOT NULL,
    sealed bytea NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.upload (
    id uuid NOT NULL,
    person uuid NOT NULL,
    owner text NOT NULL,
    owner_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    digest text NOT NULL,
    received bigint DEFAULT 0 NOT NULL,
    at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT upload_check CHECK ((received <= size)),
    CONSTRAINT upload_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT upload_size_check CHECK ((size > 0))
);

CREATE TABLE public.upload_part (
    upload_id uuid NOT NULL,
    at_byte bigint NOT NULL,
    bytes bytea NOT NULL
);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_award_id_key UNIQUE (award_id);

ALTER TABLE ONLY public.agreement_lead
    ADD CONSTRAINT agreement_lead_pkey PRIMARY KEY (handover_id);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_number_key UNIQUE (number);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agreement_sign
    ADD CONSTRAINT agreement_sign_agreement_id_person_id_key UNIQUE (agreement_id, person_id);

ALTER TABLE ONLY public.agreement_sign
    ADD CONSTRAINT agreement_sign_pkey PRIMARY KEY (agreement_id, party);

ALTER TABLE ONLY public.alike_verdict
    ADD CONSTRAINT alike_verdict_pkey PRIMARY KEY (one_id, other_id);

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_pkey PRIMARY KEY (edition_id, run);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_check_id_key UNIQUE (check_id);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assignment_plan
    ADD CONSTRAINT assignment_plan_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assignment_plan
    ADD CONSTRAINT assignment_plan_round_id_no_key UNIQUE (round_id, no);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_round_id_judge_id_proposal_id_key UNIQUE (round_id, judge_id, proposal_id);

ALTER TABLE ONLY public.assistance
    ADD CONSTRAINT assistance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_assistance_id_key UNIQUE (assistance_id);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assisted_draft
    ADD CONSTRAINT assisted_draft_pkey PRIMARY KEY (entity, action);

ALTER TABLE ONLY public.assisted_undone
    ADD CONSTRAINT assisted_undone_pkey PRIMARY KEY (assistance_id, entity, entity_id);

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.attendance
    ADD CONSTRAINT attendance_pkey PRIMARY KEY (activity_id, person_id);

ALTER TABLE ONLY public.audit_event
    ADD CONSTRAINT audit_event_pkey PRIMARY KEY (chain, n);

ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (chain);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_edition_id_proposal_id_key UNIQUE (edition_id, proposal_id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.ballot
    ADD CONSTRAINT ballot_pkey PRIMARY KEY (poll_id, person_id, proposal_id);

ALTER TABLE ONLY public.ban_lift
    ADD CONSTRAINT ban_lift_pkey PRIMARY KEY (ban_id);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.board_event
    ADD CONSTRAINT board_event_pkey PRIMARY KEY (room_id, n);

ALTER TABLE ONLY public.budget_line
    ADD CONSTRAINT budget_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.budget_line
    ADD CONSTRAINT budget_line_project_id_seq_key UNIQUE (project_id, seq);

ALTER TABLE ONLY public.calendar_change
    ADD CONSTRAINT calendar_change_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.calendar_change
    ADD CONSTRAINT calendar_change_version_key UNIQUE (version);

ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.claim_hand
    ADD CONSTRAINT claim_hand_pkey PRIMARY KEY (claim_id, person_id);

ALTER TABLE ONLY public.claim_item
    ADD CONSTRAINT claim_item_claim_id_seq_key UNIQUE (claim_id, seq);

ALTER TABLE ONLY public.claim_item
    ADD CONSTRAINT claim_item_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.claim
    ADD CONSTRAINT claim_number_key UNIQUE (number);

ALTER TABLE ONLY public.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.claim_void
    ADD CONSTRAINT claim_void_pkey PRIMARY KEY (claim_id);

ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT conflict_pkey PRIMARY KEY (judge_id, proposal_id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consent_refusal
    ADD CONSTRAINT consent_refusal_pkey PRIMARY KEY (person_id, purpose);

ALTER TABLE ONLY public.cover
    ADD CONSTRAINT cover_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.criterion
    ADD CONSTRAINT criterion_pkey PRIMARY KEY (round_id, code);

ALTER TABLE ONLY public.data_file
    ADD CONSTRAINT data_file_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.deliberation
    ADD CONSTRAINT deliberation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.edition_design
    ADD CONSTRAINT edition_design_pkey PRIMARY KEY (edition_id);

ALTER TABLE ONLY public.edition_form
    ADD CONSTRAINT edition_form_pkey PRIMARY KEY (edition_id, version);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_place_no_key UNIQUE (place, no);

ALTER TABLE ONLY public.edition_rules_past
    ADD CONSTRAINT edition_rules_past_pkey PRIMARY KEY (edition_id, version);

ALTER TABLE ONLY public.eligibility_check
    ADD CONSTRAINT eligibility_check_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT evaluation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT evaluation_project_id_kind_key UNIQUE (project_id, kind);

ALTER TABLE ONLY public.evaluation_sheet
    ADD CONSTRAINT evaluation_sheet_pkey PRIMARY KEY (evaluation_id, round, person_id);

ALTER TABLE ONLY public.feedback_edit
    ADD CONSTRAINT feedback_edit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.feedback_edit
    ADD CONSTRAINT feedback_edit_sheet_id_no_key UNIQUE (sheet_id, no);

ALTER TABLE ONLY public.follow
    ADD CONSTRAINT follow_pkey PRIMARY KEY (proposal_id, person_id);

ALTER TABLE ONLY public.fund_source
    ADD CONSTRAINT fund_source_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.gallery_item
    ADD CONSTRAINT gallery_item_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY public.gallery_item
    ADD CONSTRAINT gallery_item_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_entry_id_key UNIQUE (entry_id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.guardian
    ADD CONSTRAINT guardian_member_id_key UNIQUE (member_id);

ALTER TABLE ONLY public.guardian
    ADD CONSTRAINT guardian_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.handover_vote
    ADD CONSTRAINT handover_vote_pkey PRIMARY KEY (handover_id, person_id);

ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT invoice_key1_key UNIQUE (key1);

ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT invoice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_run
    ADD CONSTRAINT job_run_pkey PRIMARY KEY (job, due);

ALTER TABLE ONLY public.judge
    ADD CONSTRAINT judge_edition_id_person_id_key UNIQUE (edition_id, person_id);

ALTER TABLE ONLY public.judge_phrase
    ADD CONSTRAINT judge_phrase_person_id_text_key UNIQUE (person_id, text);

ALTER TABLE ONLY public.judge_phrase
    ADD CONSTRAINT judge_phrase_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.judge
    ADD CONSTRAINT judge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.judge_wish
    ADD CONSTRAINT judge_wish_pkey PRIMARY KEY (judge_id, proposal_id);

ALTER TABLE ONLY public.juror
    ADD CONSTRAINT juror_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.juror
    ADD CONSTRAINT juror_place_person_id_key UNIQUE (place, person_id);

ALTER TABLE ONLY public.juror_tie
    ADD CONSTRAINT juror_tie_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_account
    ADD CONSTRAINT ledger_account_kind_owner_id_category_key UNIQUE (kind, owner_id, category);

ALTER TABLE ONLY public.ledger_account
    ADD CONSTRAINT ledger_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (tx_id, seq);

ALTER TABLE ONLY public.ledger_tx
    ADD CONSTRAINT ledger_tx_kind_source_id_key UNIQUE (kind, source_id);

ALTER TABLE ONLY public.ledger_tx
    ADD CONSTRAINT ledger_tx_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_tx
    ADD CONSTRAINT ledger_tx_reverses_key UNIQUE (reverses);

ALTER TABLE ONLY public.legal_move
    ADD CONSTRAINT legal_move_pkey PRIMARY KEY (entity, from_state, to_state);

ALTER TABLE ONLY public.login_code
    ADD CONSTRAINT login_code_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.money_hold
    ADD CONSTRAINT money_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_key_key UNIQUE (key);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.number_series
    ADD CONSTRAINT number_series_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_number_key UNIQUE (number);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.org_member
    ADD CONSTRAINT org_member_pkey PRIMARY KEY (org_id, person_id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_number_key UNIQUE (number);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_project_id_key UNIQUE (project_id);

ALTER TABLE ONLY public.outage
    ADD CONSTRAINT outage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox_done
    ADD CONSTRAINT outbox_done_pkey PRIMARY KEY (fact_id, listener);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.panel_minute
    ADD CONSTRAINT panel_minute_pkey PRIMARY KEY (round_id, run);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_round_id_proposal_id_no_key UNIQUE (round_id, proposal_id, no);

ALTER TABLE ONLY public.paper_export
    ADD CONSTRAINT paper_export_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_bank_ref_key UNIQUE (bank_ref);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (claim_id);

ALTER TABLE ONLY public.person_key
    ADD CONSTRAINT person_key_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_phone_index_key UNIQUE (phone_index);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pitch_draw
    ADD CONSTRAINT pitch_draw_pkey PRIMARY KEY (room_id, n);

ALTER TABLE ONLY public.pitch_minute
    ADD CONSTRAINT pitch_minute_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pitch_room
    ADD CONSTRAINT pitch_room_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pitch_slot
    ADD CONSTRAINT pitch_slot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pitch_slot
    ADD CONSTRAINT pitch_slot_room_id_proposal_id_key UNIQUE (room_id, proposal_id);

ALTER TABLE ONLY public.pitch_slot
    ADD CONSTRAINT pitch_slot_room_id_seq_key UNIQUE (room_id, seq) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (path);

ALTER TABLE ONLY public.poll
    ADD CONSTRAINT poll_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.poll_result
    ADD CONSTRAINT poll_result_pkey PRIMARY KEY (poll_id, proposal_id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_agreement_id_key UNIQUE (agreement_id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_award_id_key UNIQUE (award_id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_number_key UNIQUE (number);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.proposal_activity
    ADD CONSTRAINT proposal_activity_pkey PRIMARY KEY (proposal_id, seq);

ALTER TABLE ONLY public.proposal_alike
    ADD CONSTRAINT proposal_alike_pkey PRIMARY KEY (proposal_id, other_id);

ALTER TABLE ONLY public.proposal_band
    ADD CONSTRAINT proposal_band_pkey PRIMARY KEY (band, proposal_id);

ALTER TABLE ONLY public.proposal_comment
    ADD CONSTRAINT proposal_comment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal_funding
    ADD CONSTRAINT proposal_funding_pkey PRIMARY KEY (proposal_id, seq);

ALTER TABLE ONLY public.proposal_import
    ADD CONSTRAINT proposal_import_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal_import_row
    ADD CONSTRAINT proposal_import_row_pkey PRIMARY KEY (import_id, seq);

ALTER TABLE ONLY public.proposal_import_row
    ADD CONSTRAINT proposal_import_row_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.proposal_line
    ADD CONSTRAINT proposal_line_pkey PRIMARY KEY (proposal_id, seq);

ALTER TABLE ONLY public.proposal_mark
    ADD CONSTRAINT proposal_mark_pkey PRIMARY KEY (proposal_id);

ALTER TABLE ONLY public.proposal_merge
    ADD CONSTRAINT proposal_merge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_number_key UNIQUE (number);

ALTER TABLE ONLY public.proposal_opinion
    ADD CONSTRAINT proposal_opinion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal_piece
    ADD CONSTRAINT proposal_piece_pkey PRIMARY KEY (piece, proposal_id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal_return
    ADD CONSTRAINT proposal_return_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal_revision
    ADD CONSTRAINT proposal_revision_pkey PRIMARY KEY (proposal_id, no);

ALTER TABLE ONLY public.proposal_save
    ADD CONSTRAINT proposal_save_pkey PRIMARY KEY (proposal_id, saves);

ALTER TABLE ONLY public.proposal_standing
    ADD CONSTRAINT proposal_standing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_team_id_key UNIQUE (team_id);

ALTER TABLE ONLY public.publicity_item
    ADD CONSTRAINT publicity_item_pkey PRIMARY KEY (publicity_id, award_id);

ALTER TABLE ONLY public.publicity
    ADD CONSTRAINT publicity_number_key UNIQUE (number);

ALTER TABLE ONLY public.publicity
    ADD CONSTRAINT publicity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.review_round
    ADD CONSTRAINT review_round_edition_id_seq_key UNIQUE (edition_id, seq);

ALTER TABLE ONLY public.review_round
    ADD CONSTRAINT review_round_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.round_draw
    ADD CONSTRAINT round_draw_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.round_entry
    ADD CONSTRAINT round_entry_pkey PRIMARY KEY (round_id, proposal_id);

ALTER TABLE ONLY public.round_entry
    ADD CONSTRAINT round_entry_round_id_seq_key UNIQUE (round_id, seq);

ALTER TABLE ONLY public.round_result
    ADD CONSTRAINT round_result_pkey PRIMARY KEY (round_id, run, proposal_id);

ALTER TABLE ONLY public.round_run
    ADD CONSTRAINT round_run_pkey PRIMARY KEY (round_id, run);

ALTER TABLE ONLY public.seat_lock
    ADD CONSTRAINT seat_lock_pkey PRIMARY KEY (round_id, judge_id, proposal_id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_assignment_id_key UNIQUE (assignment_id);

ALTER TABLE ONLY public.sheet_import
    ADD CONSTRAINT sheet_import_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.support
    ADD CONSTRAINT support_pkey PRIMARY KEY (proposal_id, person_id);

ALTER TABLE ONLY public.talent_contact
    ADD CONSTRAINT talent_contact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_link
    ADD CONSTRAINT team_link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_post
    ADD CONSTRAINT team_post_code_key UNIQUE (code);

ALTER TABLE ONLY public.team_post
    ADD CONSTRAINT team_post_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_post
    ADD CONSTRAINT team_post_team_id_key UNIQUE (team_id);

ALTER TABLE ONLY public.team_want
    ADD CONSTRAINT team_want_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT throttle_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.topic_note
    ADD CONSTRAINT topic_note_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_number_key UNIQUE (number);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.topic_supporter
    ADD CONSTRAINT topic_supporter_pkey PRIMARY KEY (topic_id, person_id);

ALTER TABLE ONLY public.topic_task
    ADD CONSTRAINT topic_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_bank_ref_key UNIQUE (bank_ref);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_project_id_seq_key UNIQUE (project_id, seq);

ALTER TABLE ONLY public.twice_pass
    ADD CONSTRAINT twice_pass_pkey PRIMARY KEY (twice_id, pass);

ALTER TABLE ONLY public.twice
    ADD CONSTRAINT twice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.typed_form
    ADD CONSTRAINT typed_form_pkey PRIMARY KEY (visit);

ALTER TABLE ONLY public.upload_part
    ADD CONSTRAINT upload_part_pkey PRIMARY KEY (upload_id, at_byte);

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

CREATE INDEX activity_project ON public.activity USING btree (project_id, starts_at);

CREATE INDEX activity_state ON public.activity USING btree (state, place);

CREATE INDEX agreement_lead_of ON public.agreement_lead USING btree (agreement_id, at);

CREATE INDEX appeal_of ON public.appeal USING btree (proposal_id, at);

CREATE INDEX appeal_place ON public.appeal USING gist (place);

CREATE UNIQUE INDEX assignment_chair ON public.assignment USING btree (reopening_id, chair) WHERE (state = ANY (ARRAY['assigned'::text, 'accepted'::text]));

CREATE INDEX assignment_judge ON public.assignment USING btree (judge_id, state);

CREATE INDEX assignment_proposal ON public.assignment USING btree (proposal_id);

CREATE UNIQUE INDEX assistance_one_open ON public.assistance USING btree (helper_id) WHERE (state = 'open'::text);

CREATE INDEX assistance_person ON public.assistance USING btree (person_id, started_at DESC);

CREATE INDEX assistance_place ON public.assistance USING gist (place);

CREATE INDEX assisted_dispute_place ON public.assisted_dispute USING gist (place);

CREATE INDEX attachment_digest ON public.attachment USING btree (digest);

CREATE INDEX attachment_look ON public.attachment USING gist (place) WHERE (phash IS NOT NULL);

CREATE INDEX attachment_owner ON public.attachment USING btree (owner_id, kind);

CREATE INDEX audit_assistance ON public.audit_event USING btree (assistance, at) WHERE (assistance IS NOT NULL);

CREATE INDEX audit_at ON public.audit_event USING btree (at DESC);

CREATE INDEX audit_entity ON public.audit_event USING btree (entity_id, n);

CREATE INDEX audit_helped ON public.audit_event USING btree (helper, entity_id) WHERE (helper IS NOT NULL);

CREATE UNIQUE INDEX audit_once ON public.audit_event USING btree (entity, entity_id, version) WHERE (version IS NOT NULL);

CREATE INDEX audit_place ON public.audit_event USING gist (place);

CREATE INDEX award_offered ON public.award USING btree (answer_by) WHERE ((offered_at IS NOT NULL) AND (answered_at IS NULL));

CREATE INDEX ban_person ON public.ban USING btree (person_id, until_on);

CREATE INDEX ban_place ON public.ban USING gist (place);

CREATE INDEX claim_item_invoice ON public.claim_item USING btree (invoice_id);

CREATE INDEX claim_item_line ON public.claim_item USING btree (line_id);

CREATE INDEX claim_place ON public.claim USING gist (place);

CREATE INDEX claim_project ON public.claim USING btree (project_id, state);

CREATE INDEX claim_state ON public.claim USING btree (state, due_at);

CREATE INDEX consent_cover_public ON public.consent USING btree (subject_id) WHERE (purpose = 'cover_public'::text);

CREATE INDEX consent_person ON public.consent USING btree (person_id, purpose);

CREATE INDEX consent_proposal_public ON public.consent USING btree (subject_id) WHERE (purpose = 'proposal_public'::text);

CREATE INDEX cover_proposal ON public.cover USING btree (proposal_id);

CREATE INDEX data_file_person ON public.data_file USING btree (person_id);

CREATE INDEX deliberation_round ON public.deliberation USING btree (round_id, proposal_id, at);

CREATE INDEX eligibility_proposal ON public.eligibility_check USING btree (proposal_id, at);

CREATE INDEX evaluation_state ON public.evaluation USING btree (state, due_at);

CREATE INDEX follow_person ON public.follow USING btree (person_id, at DESC);

CREATE INDEX fund_source_edition ON public.fund_source USING btree (edition_id);

CREATE INDEX gallery_item_edition ON public.gallery_item USING btree (edition_id, at DESC, id DESC);

CREATE INDEX gallery_item_kind ON public.gallery_item USING btree (kind, at DESC, id DESC);

CREATE INDEX gallery_item_newest ON public.gallery_item USING btree (at DESC, id DESC);

CREATE INDEX gallery_item_place ON public.gallery_item USING gist (place);

CREATE INDEX gallery_item_unread ON public.gallery_item USING btree (kind, id) WHERE (words IS NULL);

CREATE INDEX gallery_item_words ON public.gallery_item USING gin (words);

CREATE INDEX grace_place ON public.grace USING gist (place);

CREATE UNIQUE INDEX handover_one ON public.handover USING btree (team_id) WHERE (state = ANY (ARRAY['voting'::text, 'passed'::text]));

CREATE INDEX handover_place ON public.handover USING gist (place);

CREATE INDEX invoice_number ON public.invoice USING btree (number);

CREATE INDEX judge_person ON public.judge USING btree (person_id);

CREATE INDEX juror_tie_juror ON public.juror_tie USING btree (juror_id) WHERE (ended_at IS NULL);

CREATE INDEX ledger_account_owner ON public.ledger_account USING btree (owner_id);

CREATE INDEX ledger_entry_account ON public.ledger_entry USING btree (account_id);

CREATE INDEX ledger_tx_source ON public.ledger_tx USING btree (source_id);

CREATE INDEX login_code_phone ON public.login_code USING btree (phone_index, sent_at DESC);

CREATE UNIQUE INDEX money_hold_on ON public.money_hold USING btree (project_id) WHERE (state = 'on'::text);

CREATE INDEX notice_person ON public.notice USING btree (person_id, at DESC);

CREATE INDEX objection_award ON public.objection USING btree (award_id, state);

CREATE INDEX objection_place ON public.objection USING gist (place);

CREATE INDEX org_member_person ON public.org_member USING btree (person_id, state);

CREATE INDEX org_place ON public.org USING gist (place);

CREATE INDEX org_state ON public.org USING btree (state);

CREATE INDEX outage_edition ON public.outage USING btree (edition_id);

CREATE INDEX outbox_waiting ON public.outbox USING btree (id) WHERE (done_at IS NULL);

CREATE INDEX paper_export_old ON public.paper_export USING btree (done_at) WHERE (state = 'done'::text);

CREATE UNIQUE INDEX paper_export_one ON public.paper_export USING btree (person_id) WHERE (state = 'asked'::text);

CREATE INDEX paper_export_person ON public.paper_export USING btree (person_id, at DESC);

CREATE INDEX person_home ON public.person USING btree (home, home_state);

CREATE UNIQUE INDEX pitch_slot_up ON public.pitch_slot USING btree (room_id) WHERE (state = 'up'::text);

CREATE INDEX place_tree ON public.place USING gist (path);

CREATE INDEX project_edition ON public.project USING btree (edition_id, state);

CREATE INDEX project_lead ON public.project USING btree (lead_id);

CREATE INDEX project_place ON public.project USING gist (place);

CREATE UNIQUE INDEX proposal_activity_row ON public.proposal_activity USING btree (proposal_id, row_id);

CREATE INDEX proposal_alike_other ON public.proposal_alike USING btree (other_id);

CREATE INDEX proposal_band_of ON public.proposal_band USING btree (proposal_id);

CREATE INDEX proposal_comment_of ON public.proposal_comment USING btree (proposal_id, at);

CREATE INDEX proposal_edition ON public.proposal USING btree (edition_id, state, id);

CREATE UNIQUE INDEX proposal_funding_row ON public.proposal_funding USING btree (proposal_id, row_id);

CREATE INDEX proposal_import_edition ON public.proposal_import USING btree (edition_id, at DESC);

CREATE UNIQUE INDEX proposal_import_once ON public.proposal_import USING btree (edition_id, workbook) WHERE (state = 'done'::text);

CREATE INDEX proposal_import_waiting ON public.proposal_import USING btree (at) WHERE (state = ANY (ARRAY['checked'::text, 'faulty'::text]));

CREATE INDEX proposal_lead ON public.proposal USING btree (lead_id);

CREATE UNIQUE INDEX proposal_line_row ON public.proposal_line USING btree (proposal_id, row_id);

CREATE INDEX proposal_merge_closed ON public.proposal_merge USING btree (closed_id);

CREATE INDEX proposal_merge_kept ON public.proposal_merge USING btree (kept_id);

CREATE UNIQUE INDEX proposal_merge_once ON public.proposal_merge USING btree (LEAST(kept_id, closed_id), GREATEST(kept_id, closed_id)) WHERE (state = 'asked'::text);

CREATE INDEX proposal_opinion_of ON public.proposal_opinion USING btree (proposal_id, at);

CREATE INDEX proposal_org ON public.proposal USING btree (org_id) WHERE (org_id IS NOT NULL);

CREATE INDEX proposal_piece_of ON public.proposal_piece USING btree (proposal_id);

CREATE INDEX proposal_place ON public.proposal USING gist (place);

CREATE INDEX proposal_return_of ON public.proposal_return USING btree (proposal_id, at);

CREATE INDEX proposal_standing_of ON public.proposal_standing USING btree (proposal_id, asked_at);

CREATE UNIQUE INDEX proposal_standing_one ON public.proposal_standing USING btree (proposal_id) WHERE (state = 'asked'::text);

CREATE INDEX proposal_topic ON public.proposal USING btree (topic_id) WHERE (topic_id IS NOT NULL);

CREATE INDEX publicity_edition ON public.publicity USING btree (edition_id);

CREATE INDEX publicity_item_award ON public.publicity_item USING btree (award_id);

CREATE INDEX publicity_open ON public.publicity USING btree (closes_at) WHERE (state = 'open'::text);

CREATE INDEX publicity_unarchived ON public.publicity USING btree (opens_at) WHERE (archived_at IS NULL);

CREATE INDEX reopening_edition ON public.reopening USING btree (edition_id);

CREATE UNIQUE INDEX reopening_one ON public.reopening USING btree (round_id, proposal_id) WHERE (state = 'open'::text);

CREATE UNIQUE INDEX review_round_panel ON public.review_round USING btree (edition_id) WHERE (kind = 'panel'::text);

CREATE UNIQUE INDEX rights_request_once ON public.rights_request USING btree (person_id, kind) WHERE (state = 'open'::text);

CREATE INDEX rights_request_place ON public.rights_request USING gist (place);

CREATE UNIQUE INDEX role_grant_live ON public.role_grant USING btree (person_id, role, place) WHERE (until IS NULL);

CREATE INDEX role_grant_place ON public.role_grant USING gist (place);

CREATE INDEX round_draw_round ON public.round_draw USING btree (round_id, at);

CREATE INDEX session_person ON public.session USING btree (person_id);

CREATE INDEX sheet_import_of ON public.sheet_import USING btree (person_id, at);

CREATE INDEX sheet_proposal ON public.sheet USING btree (round_id, proposal_id);

CREATE INDEX support_person ON public.support USING btree (person_id);

CREATE INDEX support_shown ON public.support USING btree (proposal_id, at DESC) WHERE (taken_back_at IS NULL);

CREATE INDEX talent_contact_of ON public.talent_contact USING btree (talent_id, created_at);

CREATE INDEX talent_grams ON public.talent USING gin (grams) WHERE (state <> 'removed'::text);

CREATE UNIQUE INDEX talent_person ON public.talent USING btree (person_id) WHERE ((person_id IS NOT NULL) AND (state <> 'removed'::text));

CREATE UNIQUE INDEX talent_phone ON public.talent USING btree (phone_index) WHERE ((phone_index IS NOT NULL) AND (state <> 'removed'::text));

CREATE INDEX talent_place ON public.talent USING gist (place);

CREATE INDEX talent_state ON public.talent USING btree (state, listed_at DESC);

CREATE INDEX team_link_team ON public.team_link USING btree (team_id, at);

CREATE UNIQUE INDEX team_member_once ON public.team_member USING btree (team_id, person_id) WHERE ((person_id IS NOT NULL) AND (state = ANY (ARRAY['invited'::text, 'applied'::text, 'accepted'::text])));

CREATE INDEX team_member_person ON public.team_member USING btree (person_id, state);

CREATE INDEX team_member_phone ON public.team_member USING btree (phone_index) WHERE (person_id IS NULL);

CREATE INDEX team_member_want_of ON public.team_member USING btree (want_id) WHERE (want_id IS NOT NULL);

CREATE UNIQUE INDEX team_one_lead ON public.team_member USING btree (team_id) WHERE ((role = 'lead'::text) AND (state = 'accepted'::text));

CREATE INDEX team_want_team ON public.team_want USING btree (team_id, at);

CREATE INDEX topic_note_of ON public.topic_note USING btree (topic_id, at);

CREATE INDEX topic_place ON public.topic USING gist (place);

CREATE INDEX topic_proposer ON public.topic USING btree (proposer_id);

CREATE INDEX topic_state ON public.topic USING btree (state, created_at DESC);

CREATE INDEX topic_supporter_person ON public.topic_supporter USING btree (person_id);

CREATE INDEX topic_task_of ON public.topic_task USING btree (topic_id, due, id);

CREATE INDEX tranche_state ON public.tranche USING btree (state, place);

CREATE UNIQUE INDEX twice_box ON public.twice USING btree (round_id, box) WHERE (kind = 'box'::text);

CREATE UNIQUE INDEX twice_pass_apart ON public.twice_pass USING btree (twice_id, person_id) WHERE (pass < 3);

CREATE UNIQUE INDEX twice_sheet ON public.twice USING btree (assignment_id) WHERE (kind = 'sheet'::text);

CREATE INDEX upload_at ON public.upload USING btree (at);

CREATE INDEX upload_person ON public.upload USING btree (person) WHERE (done_at IS NULL);

CREATE CONSTRAINT TRIGGER activity_audited AFTER INSERT OR UPDATE ON public.activity DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('activity');

CREATE TRIGGER activity_evidence BEFORE UPDATE ON public.activity FOR EACH ROW EXECUTE FUNCTION public.activity_evidence();

CREATE TRIGGER activity_move BEFORE UPDATE ON public.activity FOR EACH ROW EXECUTE FUNCTION public.check_move('activity');

CREATE CONSTRAINT TRIGGER agreement_audited AFTER INSERT OR UPDATE ON public.agreement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('agreement');

CREATE TRIGGER agreement_lead_never BEFORE DELETE OR UPDATE ON public.agreement_lead FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER agreement_move BEFORE UPDATE ON public.agreement FOR EACH ROW EXECUTE FUNCTION public.check_move('agreement');

CREATE TRIGGER agreement_needs_award BEFORE INSERT ON public.agreement FOR EACH ROW EXECUTE FUNCTION public.agreement_needs_award();

CREATE TRIGGER agreement_sign_never BEFORE DELETE OR UPDATE ON public.agreement_sign FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER agreement_signed BEFORE UPDATE ON public.agreement FOR EACH ROW EXECUTE FUNCTION public.agreement_signed();

CREATE TRIGGER alike_verdict_never BEFORE DELETE OR UPDATE ON public.alike_verdict FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER allocation_never BEFORE DELETE OR UPDATE ON public.allocation FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER appeal_audited AFTER INSERT OR UPDATE ON public.appeal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('appeal');

CREATE TRIGGER appeal_move BEFORE UPDATE ON public.appeal FOR EACH ROW EXECUTE FUNCTION public.check_move('appeal');

CREATE CONSTRAINT TRIGGER assignment_audited AFTER INSERT OR UPDATE ON public.assignment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('assignment');

CREATE TRIGGER assignment_move BEFORE UPDATE ON public.assignment FOR EACH ROW EXECUTE FUNCTION public.check_move('assignment');

CREATE TRIGGER assignment_no_conflict BEFORE INSERT OR UPDATE ON public.assignment FOR EACH ROW EXECUTE FUNCTION public.no_conflicted_assignment();

CREATE TRIGGER assignment_plan_never BEFORE DELETE OR UPDATE ON public.assignment_plan FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER assistance_audited AFTER INSERT OR UPDATE ON public.assistance DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('assistance');

CREATE TRIGGER assistance_move BEFORE UPDATE ON public.assistance FOR EACH ROW EXECUTE FUNCTION public.check_move('assistance');

CREATE CONSTRAINT TRIGGER assisted_dispute_audited AFTER INSERT OR UPDATE ON public.assisted_dispute DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('assisted_dispute');

CREATE TRIGGER assisted_dispute_move BEFORE UPDATE ON public.assisted_dispute FOR EACH ROW EXECUTE FUNCTION public.check_move('assisted_dispute');

CREATE TRIGGER audit_event_assisted BEFORE INSERT ON public.audit_event FOR EACH ROW EXECUTE FUNCTION public.assisted_line();

CREATE TRIGGER audit_event_never BEFORE DELETE OR UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER award_audited AFTER INSERT OR UPDATE ON public.award DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('award');

CREATE TRIGGER award_confirm_guard BEFORE UPDATE ON public.award FOR EACH ROW EXECUTE FUNCTION public.award_confirm_guard();

CREATE TRIGGER award_move BEFORE UPDATE ON public.award FOR EACH ROW EXECUTE FUNCTION public.check_move('award');

CREATE TRIGGER ballot_in_time BEFORE INSERT OR DELETE OR UPDATE ON public.ballot FOR EACH ROW EXECUTE FUNCTION public.ballot_in_time();

CREATE TRIGGER ballot_within AFTER INSERT OR UPDATE ON public.ballot FOR EACH ROW EXECUTE FUNCTION public.ballot_within();

CREATE TRIGGER board_event_never BEFORE DELETE OR UPDATE ON public.board_event FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER calendar_change_never BEFORE DELETE OR UPDATE ON public.calendar_change FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER claim_audited AFTER INSERT OR UPDATE ON public.claim DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('claim');

CREATE TRIGGER claim_hand_never BEFORE DELETE OR UPDATE ON public.claim_hand FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER claim_item_invoice_guard BEFORE INSERT OR UPDATE ON public.claim_item FOR EACH ROW EXECUTE FUNCTION public.invoice_not_overdrawn();

CREATE TRIGGER claim_move BEFORE UPDATE ON public.claim FOR EACH ROW EXECUTE FUNCTION public.check_move('claim');

CREATE TRIGGER conflict_no_assignment BEFORE INSERT ON public.conflict FOR EACH ROW EXECUTE FUNCTION public.no_conflicted_assignment();

CREATE TRIGGER consent_gallery AFTER INSERT OR UPDATE ON public.consent FOR EACH ROW WHEN ((new.purpose = 'proposal_public'::text)) EXECUTE FUNCTION public.gallery_of_consent();

CREATE TRIGGER consent_name AFTER INSERT OR UPDATE ON public.consent FOR EACH ROW WHEN (((new.purpose = 'name_public'::text) AND (new.person_id IS NOT NULL))) EXECUTE FUNCTION public.gallery_of_name();

CREATE CONSTRAINT TRIGGER cover_audited AFTER INSERT OR UPDATE ON public.cover DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('cover');

CREATE TRIGGER cover_move BEFORE UPDATE ON public.cover FOR EACH ROW EXECUTE FUNCTION public.check_move('cover');

CREATE TRIGGER criterion_frozen BEFORE INSERT OR DELETE OR UPDATE ON public.criterion FOR EACH ROW EXECUTE FUNCTION public.rubric_frozen();

CREATE TRIGGER deliberation_never BEFORE DELETE OR UPDATE ON public.deliberation FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER edition_audited AFTER INSERT OR UPDATE ON public.edition DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('edition');

CREATE TRIGGER edition_form_never BEFORE DELETE OR UPDATE ON public.edition_form FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER edition_gallery AFTER UPDATE ON public.edition FOR EACH ROW WHEN ((((old.rules ->> 'gallery'::text) IS DISTINCT FROM (new.rules ->> 'gallery'::text)) OR ((old.state <> new.state) AND ((new.state = ANY (ARRAY['cancelled'::text, 'archived'::text])) OR (old.state = ANY (ARRAY['cancelled'::text, 'archived'::text, 'draft'::text])))))) EXECUTE FUNCTION public.gallery_of_edition();

CREATE TRIGGER edition_move BEFORE UPDATE ON public.edition FOR EACH ROW EXECUTE FUNCTION public.check_move('edition');

CREATE TRIGGER edition_rules_never BEFORE DELETE OR UPDATE ON public.edition_rules_past FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER eligibility_never BEFORE DELETE OR UPDATE ON public.eligibility_check FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER evaluation_audited AFTER INSERT OR UPDATE ON public.evaluation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('evaluation');

CREATE TRIGGER evaluation_move BEFORE UPDATE ON public.evaluation FOR EACH ROW EXECUTE FUNCTION public.check_move('evaluation');

CREATE TRIGGER evaluation_sheet_never BEFORE DELETE OR UPDATE ON public.evaluation_sheet FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER feedback_edit_never BEFORE DELETE OR UPDATE ON public.feedback_edit FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER grace_audited AFTER INSERT OR UPDATE ON public.grace DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('grace');

CREATE TRIGGER grace_move BEFORE UPDATE ON public.grace FOR EACH ROW EXECUTE FUNCTION public.check_move('grace');

CREATE CONSTRAINT TRIGGER guardian_audited AFTER INSERT OR UPDATE ON public.guardian DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('guardian');

CREATE TRIGGER guardian_move BEFORE UPDATE ON public.guardian FOR EACH ROW EXECUTE FUNCTION public.check_move('guardian');

CREATE CONSTRAINT TRIGGER handover_audited AFTER INSERT OR UPDATE ON public.handover DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('handover');

CREATE TRIGGER handover_move BEFORE UPDATE ON public.handover FOR EACH ROW EXECUTE FUNCTION public.check_move('handover');

CREATE TRIGGER handover_vote_once BEFORE UPDATE ON public.handover_vote FOR EACH ROW EXECUTE FUNCTION public.vote_once();

CREATE CONSTRAINT TRIGGER judge_audited AFTER INSERT OR UPDATE ON public.judge DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('judge');

CREATE TRIGGER judge_move BEFORE UPDATE ON public.judge FOR EACH ROW EXECUTE FUNCTION public.check_move('judge');

CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON public.ledger_tx DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_balanced();

CREATE TRIGGER ledger_entry_never BEFORE DELETE OR UPDATE ON public.ledger_entry FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER ledger_entry_post AFTER INSERT ON public.ledger_entry FOR EACH ROW EXECUTE FUNCTION public.ledger_post();

CREATE CONSTRAINT TRIGGER ledger_lines_balanced AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_balanced();

CREATE TRIGGER ledger_tx_never BEFORE DELETE OR UPDATE ON public.ledger_tx FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER member_support AFTER INSERT OR UPDATE OF state ON public.team_member FOR EACH ROW WHEN (((new.state = 'accepted'::text) AND (new.person_id IS NOT NULL))) EXECUTE FUNCTION public.support_of_member();

CREATE TRIGGER minute_signed BEFORE UPDATE ON public.pitch_minute FOR EACH ROW EXECUTE FUNCTION public.minute_signed();

CREATE CONSTRAINT TRIGGER money_hold_audited AFTER INSERT OR UPDATE ON public.money_hold DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('money_hold');

CREATE TRIGGER money_hold_move BEFORE UPDATE ON public.money_hold FOR EACH ROW EXECUTE FUNCTION public.check_move('money_hold');

CREATE CONSTRAINT TRIGGER objection_audited AFTER INSERT OR UPDATE ON public.objection DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('objection');

CREATE TRIGGER objection_move BEFORE UPDATE ON public.objection FOR EACH ROW EXECUTE FUNCTION public.check_move('objection');

CREATE CONSTRAINT TRIGGER org_audited AFTER INSERT OR UPDATE ON public.org DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('org');

CREATE TRIGGER org_gallery AFTER INSERT OR UPDATE ON public.org FOR EACH ROW EXECUTE FUNCTION public.gallery_of_org();

CREATE TRIGGER org_move BEFORE UPDATE ON public.org FOR EACH ROW EXECUTE FUNCTION public.check_move('org');

CREATE TRIGGER outage_never BEFORE DELETE OR UPDATE ON public.outage FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER panel_minute_never BEFORE DELETE OR UPDATE ON public.panel_minute FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER panel_word_fair BEFORE INSERT ON public.panel_word FOR EACH ROW EXECUTE FUNCTION public.panel_word_fair();

CREATE TRIGGER panel_word_never BEFORE DELETE OR UPDATE ON public.panel_word FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER paper_export_audited AFTER INSERT OR UPDATE ON public.paper_export DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('paper_export');

CREATE TRIGGER paper_export_move BEFORE UPDATE ON public.paper_export FOR EACH ROW EXECUTE FUNCTION public.check_move('paper_export');

CREATE TRIGGER payment_never BEFORE DELETE OR UPDATE ON public.payment FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER pitch_draw_never BEFORE DELETE OR UPDATE ON public.pitch_draw FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER pitch_minute_audited AFTER INSERT OR UPDATE ON public.pitch_minute DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('pitch_minute');

CREATE TRIGGER pitch_minute_move BEFORE UPDATE ON public.pitch_minute FOR EACH ROW EXECUTE FUNCTION public.check_move('pitch_minute');

CREATE CONSTRAINT TRIGGER pitch_room_audited AFTER INSERT OR UPDATE ON public.pitch_room DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('pitch_room');

CREATE TRIGGER pitch_room_move BEFORE UPDATE ON public.pitch_room FOR EACH ROW EXECUTE FUNCTION public.check_move('pitch_room');

CREATE CONSTRAINT TRIGGER pitch_slot_audited AFTER INSERT OR UPDATE ON public.pitch_slot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('pitch_slot');

CREATE TRIGGER pitch_slot_move BEFORE UPDATE ON public.pitch_slot FOR EACH ROW EXECUTE FUNCTION public.check_move('pitch_slot');

CREATE TRIGGER place_gallery AFTER UPDATE OF name, name_en ON public.place FOR EACH ROW WHEN (((old.name <> new.name) OR (old.name_en <> new.name_en))) EXECUTE FUNCTION public.gallery_of_place();

CREATE TRIGGER place_talents AFTER UPDATE OF name, name_en ON public.place FOR EACH ROW WHEN (((old.name <> new.name) OR (old.name_en <> new.name_en))) EXECUTE FUNCTION public.talents_of_place();

CREATE CONSTRAINT TRIGGER poll_audited AFTER INSERT OR UPDATE ON public.poll DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('poll');

CREATE TRIGGER poll_move BEFORE UPDATE ON public.poll FOR EACH ROW EXECUTE FUNCTION public.check_move('poll');

CREATE TRIGGER poll_result_never BEFORE DELETE OR UPDATE ON public.poll_result FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER project_audited AFTER INSERT OR UPDATE ON public.project DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('project');

CREATE TRIGGER project_gallery AFTER INSERT OR UPDATE ON public.project FOR EACH ROW WHEN (new.published) EXECUTE FUNCTION public.gallery_of_project();

CREATE TRIGGER project_move BEFORE UPDATE ON public.project FOR EACH ROW EXECUTE FUNCTION public.check_move('project');

CREATE CONSTRAINT TRIGGER proposal_audited AFTER INSERT OR UPDATE ON public.proposal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('proposal');

CREATE TRIGGER proposal_gallery AFTER INSERT OR UPDATE ON public.proposal FOR EACH ROW WHEN ((new.submitted_at IS NOT NULL)) EXECUTE FUNCTION public.gallery_of_proposal();

CREATE CONSTRAINT TRIGGER proposal_import_audited AFTER INSERT OR UPDATE ON public.proposal_import DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('proposal_import');

CREATE TRIGGER proposal_import_move BEFORE UPDATE ON public.proposal_import FOR EACH ROW EXECUTE FUNCTION public.check_move('proposal_import');

CREATE CONSTRAINT TRIGGER proposal_merge_audited AFTER INSERT OR UPDATE ON public.proposal_merge DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('proposal_merge');

CREATE TRIGGER proposal_merge_move BEFORE UPDATE ON public.proposal_merge FOR EACH ROW EXECUTE FUNCTION public.check_move('proposal_merge');

CREATE TRIGGER proposal_move BEFORE UPDATE ON public.proposal FOR EACH ROW EXECUTE FUNCTION public.check_move('proposal');

CREATE TRIGGER proposal_opinion_never BEFORE DELETE OR UPDATE ON public.proposal_opinion FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER proposal_return_never BEFORE DELETE OR UPDATE ON public.proposal_return FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER proposal_revision_never BEFORE DELETE OR UPDATE ON public.proposal_revision FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE CONSTRAINT TRIGGER proposal_standing_audited AFTER INSERT OR UPDATE ON public.proposal_standing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('proposal_standing');

CREATE TRIGGER proposal_standing_move BEFORE UPDATE ON public.proposal_standing FOR EACH ROW EXECUTE FUNCTION public.check_move('proposal_standing');

CREATE CONSTRAINT TRIGGER publicity_audited AFTER INSERT OR UPDATE ON public.publicity DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('publicity');

CREATE TRIGGER publicity_gallery AFTER INSERT OR UPDATE OF state ON public.publicity FOR EACH ROW WHEN ((new.kind = 'award'::text)) EXECUTE FUNCTION public.gallery_of_notice();

CREATE TRIGGER publicity_item_gallery AFTER INSERT ON public.publicity_item FOR EACH ROW EXECUTE FUNCTION public.gallery_of_award();

CREATE TRIGGER publicity_move BEFORE UPDATE ON public.publicity FOR EACH ROW EXECUTE FUNCTION public.check_move('publicity');

CREATE TRIGGER publicity_sealed BEFORE UPDATE ON public.publicity FOR EACH ROW EXECUTE FUNCTION public.publicity_sealed();

CREATE TRIGGER reopening_allowed BEFORE INSERT OR UPDATE ON public.reopening FOR EACH ROW EXECUTE FUNCTION public.reopening_allowed();

CREATE CONSTRAINT TRIGGER reopening_audited AFTER INSERT OR UPDATE ON public.reopening DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('reopening');

CREATE TRIGGER reopening_move BEFORE UPDATE ON public.reopening FOR EACH ROW EXECUTE FUNCTION public.check_move('reopening');

CREATE CONSTRAINT TRIGGER review_round_audited AFTER INSERT OR UPDATE ON public.review_round DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('review_round');

CREATE TRIGGER review_round_frozen BEFORE UPDATE ON public.review_round FOR EACH ROW EXECUTE FUNCTION public.round_frozen();

CREATE TRIGGER review_round_move BEFORE UPDATE ON public.review_round FOR EACH ROW EXECUTE FUNCTION public.check_move('review_round');

CREATE TRIGGER review_round_panel_last BEFORE INSERT ON public.review_round FOR EACH ROW EXECUTE FUNCTION public.panel_last();

CREATE TRIGGER review_round_panel_whole BEFORE UPDATE ON public.review_round FOR EACH ROW WHEN ((new.kind = 'panel'::text)) EXECUTE FUNCTION public.panel_whole();

CREATE TRIGGER review_round_whole BEFORE UPDATE ON public.review_round FOR EACH ROW EXECUTE FUNCTION public.rubric_whole();

CREATE TRIGGER revision_gallery AFTER INSERT ON public.proposal_revision FOR EACH ROW EXECUTE FUNCTION public.gallery_of_revision();

CREATE CONSTRAINT TRIGGER rights_request_audited AFTER INSERT OR UPDATE ON public.rights_request DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('rights_request');

CREATE TRIGGER rights_request_move BEFORE UPDATE ON public.rights_request FOR EACH ROW EXECUTE FUNCTION public.check_move('rights_request');

CREATE TRIGGER round_draw_never BEFORE DELETE OR UPDATE ON public.round_draw FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER round_entry_never BEFORE DELETE OR UPDATE ON public.round_entry FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER round_result_never BEFORE DELETE OR UPDATE ON public.round_result FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER round_run_never BEFORE DELETE OR UPDATE ON public.round_run FOR EACH ROW EXECUTE FUNCTION public.never();

CREATE TRIGGER seat_lock_no_conflict BEFORE INSERT ON public.seat_lock FOR EACH ROW EXECUTE FUNCTION public.no_conflicted_assignment();

CREATE TRIGGER seat_of_its_round BEFORE INSERT OR UPDATE ON public.assignment FOR EACH ROW EXECUTE FUNCTION public.seat_of_its_round();

CREATE CONSTRAINT TRIGGER sheet_audited AFTER INSERT OR UPDATE ON public.sheet DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('sheet');

CREATE TRIGGER sheet_fair BEFORE INSERT OR UPDATE ON public.sheet FOR EACH ROW EXECUTE FUNCTION public.sheet_fair();

CREATE CONSTRAINT TRIGGER sheet_import_audited AFTER INSERT OR UPDATE ON public.sheet_import DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('sheet_import');

CREATE TRIGGER sheet_import_move BEFORE UPDATE ON public.sheet_import FOR EACH ROW EXECUTE FUNCTION public.check_move('sheet_import');

CREATE TRIGGER sheet_locked BEFORE UPDATE ON public.sheet FOR EACH ROW EXECUTE FUNCTION public.sheet_locked();

CREATE TRIGGER sheet_move BEFORE UPDATE ON public.sheet FOR EACH ROW EXECUTE FUNCTION public.check_move('sheet');

CREATE TRIGGER sheet_of_its_round BEFORE INSERT OR UPDATE ON public.sheet FOR EACH ROW EXECUTE FUNCTION public.sheet_of_its_round();

CREATE TRIGGER sheet_on_stage BEFORE INSERT OR UPDATE ON public.sheet FOR EACH ROW EXECUTE FUNCTION public.sheet_on_stage();

CREATE CONSTRAINT TRIGGER talent_audited AFTER INSERT OR UPDATE ON public.talent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('talent');

CREATE TRIGGER talent_grams BEFORE INSERT OR UPDATE ON public.talent FOR EACH ROW EXECUTE FUNCTION public.talent_grams();

CREATE TRIGGER talent_move BEFORE UPDATE ON public.talent FOR EACH ROW EXECUTE FUNCTION public.check_move('talent');

CREATE CONSTRAINT TRIGGER team_audited AFTER INSERT OR UPDATE ON public.team DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('team');

CREATE TRIGGER team_gallery AFTER UPDATE OF name ON public.team FOR EACH ROW WHEN ((old.name <> new.name)) EXECUTE FUNCTION public.gallery_of_team();

CREATE CONSTRAINT TRIGGER team_link_audited AFTER INSERT OR UPDATE ON public.team_link DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('team_link');

CREATE TRIGGER team_link_move BEFORE UPDATE ON public.team_link FOR EACH ROW EXECUTE FUNCTION public.check_move('team_link');

CREATE CONSTRAINT TRIGGER team_member_audited AFTER INSERT OR UPDATE ON public.team_member DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('team_member');

CREATE TRIGGER team_member_move BEFORE UPDATE ON public.team_member FOR EACH ROW EXECUTE FUNCTION public.check_move('team_member');

CREATE TRIGGER team_move BEFORE UPDATE ON public.team FOR EACH ROW EXECUTE FUNCTION public.check_move('team');

CREATE CONSTRAINT TRIGGER team_post_audited AFTER INSERT OR UPDATE ON public.team_post DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('team_post');

CREATE TRIGGER team_post_move BEFORE UPDATE ON public.team_post FOR EACH ROW EXECUTE FUNCTION public.check_move('team_post');

CREATE CONSTRAINT TRIGGER team_want_audited AFTER INSERT OR UPDATE ON public.team_want DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('team_want');

CREATE TRIGGER team_want_move BEFORE UPDATE ON public.team_want FOR EACH ROW EXECUTE FUNCTION public.check_move('team_want');

CREATE CONSTRAINT TRIGGER topic_audited AFTER INSERT OR UPDATE ON public.topic DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('topic');

CREATE TRIGGER topic_move BEFORE UPDATE ON public.topic FOR EACH ROW EXECUTE FUNCTION public.check_move('topic');

CREATE CONSTRAINT TRIGGER tranche_audited AFTER INSERT OR UPDATE ON public.tranche DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('tranche');

CREATE TRIGGER tranche_move BEFORE UPDATE ON public.tranche FOR EACH ROW EXECUTE FUNCTION public.check_move('tranche');

CREATE CONSTRAINT TRIGGER twice_audited AFTER INSERT OR UPDATE ON public.twice DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.must_be_audited('twice');

CREATE TRIGGER twice_move BEFORE UPDATE ON public.twice FOR EACH ROW EXECUTE FUNCTION public.check_move('twice');

CREATE TRIGGER twice_pass_never BEFORE DELETE OR UPDATE ON public.twice_pass FOR EACH ROW EXECUTE FUNCTION public.never();

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_submitted_by_fkey FOREIGN KEY (submitted_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_award_id_fkey FOREIGN KEY (award_id) REFERENCES public.award(id);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_host_fkey FOREIGN KEY (host) REFERENCES public.place(path);

ALTER TABLE ONLY public.agreement_lead
    ADD CONSTRAINT agreement_lead_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES public.agreement(id);

ALTER TABLE ONLY public.agreement_lead
    ADD CONSTRAINT agreement_lead_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.agreement_lead
    ADD CONSTRAINT agreement_lead_handover_id_fkey FOREIGN KEY (handover_id) REFERENCES public.handover(id);

ALTER TABLE ONLY public.agreement_lead
    ADD CONSTRAINT agreement_lead_new_lead_fkey FOREIGN KEY (new_lead) REFERENCES public.person(id);

ALTER TABLE ONLY public.agreement_lead
    ADD CONSTRAINT agreement_lead_old_lead_fkey FOREIGN KEY (old_lead) REFERENCES public.person(id);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.agreement_sign
    ADD CONSTRAINT agreement_sign_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES public.agreement(id);

ALTER TABLE ONLY public.agreement_sign
    ADD CONSTRAINT agreement_sign_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.alike_verdict
    ADD CONSTRAINT alike_verdict_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.alike_verdict
    ADD CONSTRAINT alike_verdict_one_id_fkey FOREIGN KEY (one_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.alike_verdict
    ADD CONSTRAINT alike_verdict_other_id_fkey FOREIGN KEY (other_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_check_id_fkey FOREIGN KEY (check_id) REFERENCES public.eligibility_check(id);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.appeal
    ADD CONSTRAINT appeal_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_judge_id_fkey FOREIGN KEY (judge_id) REFERENCES public.judge(id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.assignment_plan
    ADD CONSTRAINT assignment_plan_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.assignment_plan
    ADD CONSTRAINT assignment_plan_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_reopening_id_fkey FOREIGN KEY (reopening_id) REFERENCES public.reopening(id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.assistance
    ADD CONSTRAINT assistance_grace_id_fkey FOREIGN KEY (grace_id) REFERENCES public.grace(id);

ALTER TABLE ONLY public.assistance
    ADD CONSTRAINT assistance_helper_id_fkey FOREIGN KEY (helper_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.assistance
    ADD CONSTRAINT assistance_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.assistance
    ADD CONSTRAINT assistance_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.assistance
    ADD CONSTRAINT assistance_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_assistance_id_fkey FOREIGN KEY (assistance_id) REFERENCES public.assistance(id);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_helper_id_fkey FOREIGN KEY (helper_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.assisted_dispute
    ADD CONSTRAINT assisted_dispute_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.assisted_undone
    ADD CONSTRAINT assisted_undone_assistance_id_fkey FOREIGN KEY (assistance_id) REFERENCES public.assistance(id);

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_uploader_fkey FOREIGN KEY (uploader) REFERENCES public.person(id);

ALTER TABLE ONLY public.attendance
    ADD CONSTRAINT attendance_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id);

ALTER TABLE ONLY public.attendance
    ADD CONSTRAINT attendance_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_fund_source_id_fkey FOREIGN KEY (fund_source_id) REFERENCES public.fund_source(id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_offer_source_fkey FOREIGN KEY (offer_source) REFERENCES public.fund_source(id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_offered_by_fkey FOREIGN KEY (offered_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.award
    ADD CONSTRAINT award_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.ballot
    ADD CONSTRAINT ballot_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.ballot
    ADD CONSTRAINT ballot_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES public.poll(id);

ALTER TABLE ONLY public.ballot
    ADD CONSTRAINT ballot_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.ban_lift
    ADD CONSTRAINT ban_lift_ban_id_fkey FOREIGN KEY (ban_id) REFERENCES public.ban(id);

ALTER TABLE ONLY public.ban_lift
    ADD CONSTRAINT ban_lift_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.ban
    ADD CONSTRAINT ban_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.board_event
    ADD CONSTRAINT board_event_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.pitch_room(id);

ALTER TABLE ONLY public.board_event
    ADD CONSTRAINT board_event_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES public.pitch_slot(id);

ALTER TABLE ONLY public.budget_line
    ADD CONSTRAINT budget_line_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.calendar_change
    ADD CONSTRAINT calendar_change_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.claim
    ADD CONSTRAINT claim_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.claim
    ADD CONSTRAINT claim_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.claim_hand
    ADD CONSTRAINT claim_hand_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES public.claim(id);

ALTER TABLE ONLY public.claim_hand
    ADD CONSTRAINT claim_hand_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.claim_item
    ADD CONSTRAINT claim_item_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id);

ALTER TABLE ONLY public.claim_item
    ADD CONSTRAINT claim_item_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES public.claim(id);

ALTER TABLE ONLY public.claim_item
    ADD CONSTRAINT claim_item_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES public.invoice(id);

ALTER TABLE ONLY public.claim_item
    ADD CONSTRAINT claim_item_line_id_fkey FOREIGN KEY (line_id) REFERENCES public.budget_line(id);

ALTER TABLE ONLY public.claim
    ADD CONSTRAINT claim_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.claim
    ADD CONSTRAINT claim_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.claim_void
    ADD CONSTRAINT claim_void_agreed_by_fkey FOREIGN KEY (agreed_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.claim_void
    ADD CONSTRAINT claim_void_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.claim_void
    ADD CONSTRAINT claim_void_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES public.claim(id);

ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT conflict_judge_id_fkey FOREIGN KEY (judge_id) REFERENCES public.judge(id);

ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT conflict_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_assistance_id_fkey FOREIGN KEY (assistance_id) REFERENCES public.assistance(id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_evidence_fkey FOREIGN KEY (evidence) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.consent_refusal
    ADD CONSTRAINT consent_refusal_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.cover
    ADD CONSTRAINT cover_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.cover
    ADD CONSTRAINT cover_id_fkey FOREIGN KEY (id) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.cover
    ADD CONSTRAINT cover_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.cover
    ADD CONSTRAINT cover_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.criterion
    ADD CONSTRAINT criterion_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.data_file
    ADD CONSTRAINT data_file_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.deliberation
    ADD CONSTRAINT deliberation_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.deliberation
    ADD CONSTRAINT deliberation_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.deliberation
    ADD CONSTRAINT deliberation_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.deliberation
    ADD CONSTRAINT deliberation_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.deliberation
    ADD CONSTRAINT deliberation_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.edition_design
    ADD CONSTRAINT edition_design_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.edition_design
    ADD CONSTRAINT edition_design_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.edition_form
    ADD CONSTRAINT edition_form_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.edition_form
    ADD CONSTRAINT edition_form_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_made_from_fkey FOREIGN KEY (made_from) REFERENCES public.edition(id);

ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.edition_rules_past
    ADD CONSTRAINT edition_rules_past_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.eligibility_check
    ADD CONSTRAINT eligibility_check_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.eligibility_check
    ADD CONSTRAINT eligibility_check_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT evaluation_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT evaluation_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.evaluation_sheet
    ADD CONSTRAINT evaluation_sheet_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES public.evaluation(id);

ALTER TABLE ONLY public.evaluation_sheet
    ADD CONSTRAINT evaluation_sheet_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT evaluation_submitted_by_fkey FOREIGN KEY (submitted_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.feedback_edit
    ADD CONSTRAINT feedback_edit_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.feedback_edit
    ADD CONSTRAINT feedback_edit_sheet_id_fkey FOREIGN KEY (sheet_id) REFERENCES public.sheet(id);

ALTER TABLE ONLY public.follow
    ADD CONSTRAINT follow_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.follow
    ADD CONSTRAINT follow_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.fund_source
    ADD CONSTRAINT fund_source_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_listed_by_fkey FOREIGN KEY (listed_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.grace
    ADD CONSTRAINT grace_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.guardian
    ADD CONSTRAINT guardian_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.guardian
    ADD CONSTRAINT guardian_child_id_fkey FOREIGN KEY (child_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.guardian
    ADD CONSTRAINT guardian_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.team_member(id);

ALTER TABLE ONLY public.guardian
    ADD CONSTRAINT guardian_paper_fkey FOREIGN KEY (paper) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_new_lead_fkey FOREIGN KEY (new_lead) REFERENCES public.person(id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_old_lead_fkey FOREIGN KEY (old_lead) REFERENCES public.person(id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.handover_vote
    ADD CONSTRAINT handover_vote_handover_id_fkey FOREIGN KEY (handover_id) REFERENCES public.handover(id);

ALTER TABLE ONLY public.handover_vote
    ADD CONSTRAINT handover_vote_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.judge
    ADD CONSTRAINT judge_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.judge
    ADD CONSTRAINT judge_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.judge_phrase
    ADD CONSTRAINT judge_phrase_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.judge
    ADD CONSTRAINT judge_stead_fkey FOREIGN KEY (stead) REFERENCES public.judge(id);

ALTER TABLE ONLY public.judge_wish
    ADD CONSTRAINT judge_wish_judge_id_fkey FOREIGN KEY (judge_id) REFERENCES public.judge(id);

ALTER TABLE ONLY public.judge_wish
    ADD CONSTRAINT judge_wish_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.juror
    ADD CONSTRAINT juror_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consent(id);

ALTER TABLE ONLY public.juror
    ADD CONSTRAINT juror_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.juror
    ADD CONSTRAINT juror_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.juror_tie
    ADD CONSTRAINT juror_tie_juror_id_fkey FOREIGN KEY (juror_id) REFERENCES public.juror(id);

ALTER TABLE ONLY public.juror_tie
    ADD CONSTRAINT juror_tie_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.ledger_account
    ADD CONSTRAINT ledger_account_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.ledger_account(id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_tx_id_fkey FOREIGN KEY (tx_id) REFERENCES public.ledger_tx(id);

ALTER TABLE ONLY public.ledger_tx
    ADD CONSTRAINT ledger_tx_reverses_fkey FOREIGN KEY (reverses) REFERENCES public.ledger_tx(id);

ALTER TABLE ONLY public.money_hold
    ADD CONSTRAINT money_hold_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.money_hold
    ADD CONSTRAINT money_hold_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_award_id_fkey FOREIGN KEY (award_id) REFERENCES public.award(id);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_handler_fkey FOREIGN KEY (handler) REFERENCES public.person(id);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.objection
    ADD CONSTRAINT objection_publicity_id_fkey FOREIGN KEY (publicity_id) REFERENCES public.publicity(id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_leader_id_fkey FOREIGN KEY (leader_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.org_member
    ADD CONSTRAINT org_member_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consent(id);

ALTER TABLE ONLY public.org_member
    ADD CONSTRAINT org_member_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.org(id);

ALTER TABLE ONLY public.org_member
    ADD CONSTRAINT org_member_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_recognized_by_fkey FOREIGN KEY (recognized_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.org
    ADD CONSTRAINT org_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.outage
    ADD CONSTRAINT outage_declared_by_fkey FOREIGN KEY (declared_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.outage
    ADD CONSTRAINT outage_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.outage
    ADD CONSTRAINT outage_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.outbox_done
    ADD CONSTRAINT outbox_done_fact_id_fkey FOREIGN KEY (fact_id) REFERENCES public.outbox(id);

ALTER TABLE ONLY public.panel_minute
    ADD CONSTRAINT panel_minute_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.panel_minute
    ADD CONSTRAINT panel_minute_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.panel_minute
    ADD CONSTRAINT panel_minute_round_id_run_fkey FOREIGN KEY (round_id, run) REFERENCES public.round_run(round_id, run);

ALTER TABLE ONLY public.panel_minute
    ADD CONSTRAINT panel_minute_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_objection_id_fkey FOREIGN KEY (objection_id) REFERENCES public.objection(id);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.panel_word
    ADD CONSTRAINT panel_word_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.paper_export
    ADD CONSTRAINT paper_export_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.paper_export
    ADD CONSTRAINT paper_export_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.paper_export
    ADD CONSTRAINT paper_export_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_cashier_fkey FOREIGN KEY (cashier) REFERENCES public.person(id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES public.claim(id);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_home_fkey FOREIGN KEY (home) REFERENCES public.place(path);

ALTER TABLE ONLY public.person_key
    ADD CONSTRAINT person_key_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.pitch_draw
    ADD CONSTRAINT pitch_draw_drawn_by_fkey FOREIGN KEY (drawn_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.pitch_draw
    ADD CONSTRAINT pitch_draw_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.pitch_room(id);

ALTER TABLE ONLY public.pitch_minute
    ADD CONSTRAINT pitch_minute_id_fkey FOREIGN KEY (id) REFERENCES public.pitch_room(id);

ALTER TABLE ONLY public.pitch_minute
    ADD CONSTRAINT pitch_minute_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.pitch_minute
    ADD CONSTRAINT pitch_minute_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.pitch_room
    ADD CONSTRAINT pitch_room_id_fkey FOREIGN KEY (id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.pitch_room
    ADD CONSTRAINT pitch_room_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.pitch_slot
    ADD CONSTRAINT pitch_slot_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.pitch_slot
    ADD CONSTRAINT pitch_slot_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.pitch_room(id);

ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_successor_fkey FOREIGN KEY (successor) REFERENCES public.place(path);

ALTER TABLE ONLY public.poll
    ADD CONSTRAINT poll_id_fkey FOREIGN KEY (id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.poll
    ADD CONSTRAINT poll_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.poll_result
    ADD CONSTRAINT poll_result_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES public.poll(id);

ALTER TABLE ONLY public.poll_result
    ADD CONSTRAINT poll_result_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES public.agreement(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_award_id_fkey FOREIGN KEY (award_id) REFERENCES public.award(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_host_fkey FOREIGN KEY (host) REFERENCES public.place(path);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_mentor_id_fkey FOREIGN KEY (mentor_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_acting_helper_fkey FOREIGN KEY (acting_helper) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_acting_paper_fkey FOREIGN KEY (acting_paper) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.proposal_activity
    ADD CONSTRAINT proposal_activity_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_alike
    ADD CONSTRAINT proposal_alike_other_id_fkey FOREIGN KEY (other_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_alike
    ADD CONSTRAINT proposal_alike_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_band
    ADD CONSTRAINT proposal_band_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_comment
    ADD CONSTRAINT proposal_comment_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_comment
    ADD CONSTRAINT proposal_comment_hidden_by_fkey FOREIGN KEY (hidden_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_comment
    ADD CONSTRAINT proposal_comment_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.proposal_funding
    ADD CONSTRAINT proposal_funding_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_import
    ADD CONSTRAINT proposal_import_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.proposal_import
    ADD CONSTRAINT proposal_import_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_import
    ADD CONSTRAINT proposal_import_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.proposal_import_row
    ADD CONSTRAINT proposal_import_row_import_id_fkey FOREIGN KEY (import_id) REFERENCES public.proposal_import(id);

ALTER TABLE ONLY public.proposal_import_row
    ADD CONSTRAINT proposal_import_row_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_line
    ADD CONSTRAINT proposal_line_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_mark
    ADD CONSTRAINT proposal_mark_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_merge
    ADD CONSTRAINT proposal_merge_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_merge
    ADD CONSTRAINT proposal_merge_closed_id_fkey FOREIGN KEY (closed_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_merge
    ADD CONSTRAINT proposal_merge_kept_id_fkey FOREIGN KEY (kept_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_merge
    ADD CONSTRAINT proposal_merge_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_opinion_by_fkey FOREIGN KEY (opinion_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_opinion
    ADD CONSTRAINT proposal_opinion_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_opinion
    ADD CONSTRAINT proposal_opinion_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.org(id);

ALTER TABLE ONLY public.proposal_piece
    ADD CONSTRAINT proposal_piece_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.proposal_return
    ADD CONSTRAINT proposal_return_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_return
    ADD CONSTRAINT proposal_return_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_revision
    ADD CONSTRAINT proposal_revision_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_revision
    ADD CONSTRAINT proposal_revision_sealed_by_fkey FOREIGN KEY (sealed_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_save
    ADD CONSTRAINT proposal_save_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_save
    ADD CONSTRAINT proposal_save_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal_standing
    ADD CONSTRAINT proposal_standing_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.proposal_standing
    ADD CONSTRAINT proposal_standing_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.proposal_standing
    ADD CONSTRAINT proposal_standing_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT proposal_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topic(id);

ALTER TABLE ONLY public.publicity
    ADD CONSTRAINT publicity_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.publicity
    ADD CONSTRAINT publicity_follows_fkey FOREIGN KEY (follows) REFERENCES public.publicity(id);

ALTER TABLE ONLY public.publicity_item
    ADD CONSTRAINT publicity_item_award_id_fkey FOREIGN KEY (award_id) REFERENCES public.award(id);

ALTER TABLE ONLY public.publicity_item
    ADD CONSTRAINT publicity_item_publicity_id_fkey FOREIGN KEY (publicity_id) REFERENCES public.publicity(id);

ALTER TABLE ONLY public.publicity
    ADD CONSTRAINT publicity_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.publicity
    ADD CONSTRAINT publicity_publisher_fkey FOREIGN KEY (publisher) REFERENCES public.person(id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.review_round
    ADD CONSTRAINT review_round_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.review_round
    ADD CONSTRAINT review_round_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.round_draw
    ADD CONSTRAINT round_draw_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.round_draw
    ADD CONSTRAINT round_draw_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);

ALTER TABLE ONLY public.round_draw
    ADD CONSTRAINT round_draw_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.round_draw
    ADD CONSTRAINT round_draw_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.round_entry
    ADD CONSTRAINT round_entry_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.round_entry
    ADD CONSTRAINT round_entry_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.round_result
    ADD CONSTRAINT round_result_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.round_result
    ADD CONSTRAINT round_result_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.round_run
    ADD CONSTRAINT round_run_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.seat_lock
    ADD CONSTRAINT seat_lock_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.seat_lock
    ADD CONSTRAINT seat_lock_judge_id_fkey FOREIGN KEY (judge_id) REFERENCES public.judge(id);

ALTER TABLE ONLY public.seat_lock
    ADD CONSTRAINT seat_lock_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.seat_lock
    ADD CONSTRAINT seat_lock_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_assistance_id_fkey FOREIGN KEY (assistance_id) REFERENCES public.assistance(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_assignment_id_fkey FOREIGN KEY (assignment_id) REFERENCES public.assignment(id);

ALTER TABLE ONLY public.sheet_import
    ADD CONSTRAINT sheet_import_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.sheet_import
    ADD CONSTRAINT sheet_import_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.sheet_import
    ADD CONSTRAINT sheet_import_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_judge_id_fkey FOREIGN KEY (judge_id) REFERENCES public.judge(id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.support
    ADD CONSTRAINT support_hidden_by_fkey FOREIGN KEY (hidden_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.support
    ADD CONSTRAINT support_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.support
    ADD CONSTRAINT support_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.proposal(id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consent(id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_consent_paper_fkey FOREIGN KEY (consent_paper) REFERENCES public.attachment(id);

ALTER TABLE ONLY public.talent_contact
    ADD CONSTRAINT talent_contact_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.talent_contact
    ADD CONSTRAINT talent_contact_talent_id_fkey FOREIGN KEY (talent_id) REFERENCES public.talent(id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_keeper_fkey FOREIGN KEY (keeper) REFERENCES public.person(id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_nominated_by_fkey FOREIGN KEY (nominated_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.talent
    ADD CONSTRAINT talent_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.team_link
    ADD CONSTRAINT team_link_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.team_link
    ADD CONSTRAINT team_link_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_link FOREIGN KEY (link_id) REFERENCES public.team_link(id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_want FOREIGN KEY (want_id) REFERENCES public.team_want(id);

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.team_post
    ADD CONSTRAINT team_post_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.team_want
    ADD CONSTRAINT team_want_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.topic(id);

ALTER TABLE ONLY public.topic_note
    ADD CONSTRAINT topic_note_by_person_fkey FOREIGN KEY (by_person) REFERENCES public.person(id);

ALTER TABLE ONLY public.topic_note
    ADD CONSTRAINT topic_note_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topic(id);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_proposer_id_fkey FOREIGN KEY (proposer_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_screened_by_fkey FOREIGN KEY (screened_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.topic_supporter
    ADD CONSTRAINT topic_supporter_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.topic_supporter
    ADD CONSTRAINT topic_supporter_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topic(id);

ALTER TABLE ONLY public.topic_task
    ADD CONSTRAINT topic_task_done_by_fkey FOREIGN KEY (done_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.topic_task
    ADD CONSTRAINT topic_task_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topic(id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_released_by_fkey FOREIGN KEY (released_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.tranche
    ADD CONSTRAINT tranche_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES public.person(id);

ALTER TABLE ONLY public.twice
    ADD CONSTRAINT twice_assignment_id_fkey FOREIGN KEY (assignment_id) REFERENCES public.assignment(id);

ALTER TABLE ONLY public.twice_pass
    ADD CONSTRAINT twice_pass_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.twice_pass
    ADD CONSTRAINT twice_pass_twice_id_fkey FOREIGN KEY (twice_id) REFERENCES public.twice(id);

ALTER TABLE ONLY public.twice
    ADD CONSTRAINT twice_place_fkey FOREIGN KEY (place) REFERENCES public.place(path);

ALTER TABLE ONLY public.twice
    ADD CONSTRAINT twice_round_id_fkey FOREIGN KEY (round_id) REFERENCES public.review_round(id);

ALTER TABLE ONLY public.upload_part
    ADD CONSTRAINT upload_part_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES public.upload(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_person_fkey FOREIGN KEY (person) REFERENCES public.person(id);

GRANT USAGE ON SCHEMA public TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.activity TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agreement TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agreement_lead TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agreement_sign TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alike_verdict TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.allocation TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.appeal TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assignment TO seedbed_app;

GRANT SELECT,INSERT ON TABLE public.assignment_plan TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assistance TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assisted_dispute TO seedbed_app;

GRANT SELECT ON TABLE public.assisted_draft TO seedbed_app;

GRANT SELECT,INSERT ON TABLE public.assisted_undone TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.attachment TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.attendance TO seedbed_app;

GRANT SELECT ON TABLE public.audit_event TO seedbed_app;

GRANT SELECT ON TABLE public.audit_head TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.award TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ballot TO seedbed_app;

GRANT SELECT,INSERT ON TABLE public.ban TO seedbed_app;

GRANT SELECT,INSERT ON TABLE public.ban_lift TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.board_event TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.budget_line TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.calendar_change TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.calendar_day TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.claim TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.claim_hand TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.claim_item TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.claim_void TO seedbed_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.conflict TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.consent TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.consent_refusal TO seedbed_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.cover TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.edition TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.gallery_item TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.cover_waits TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.criterion TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.data_file TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deliberation TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.edition_design TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.edition_form TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.edition_rules_past TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.eligibility_check TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.evaluation TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.evaluation_sheet TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.feedback_edit TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.follow TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fund_source TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.org TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_org TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.project TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_revision TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.publicity TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.publicity_item TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.gallery_source TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.grace TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.guardian TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.handover TO seedbed_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.handover_vote TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invoice TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.job_run TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.judge TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.judge_phrase TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.judge_wish TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.juror TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.juror_tie TO seedbed_app;

GRANT SELECT ON TABLE public.ledger_account TO seedbed_app;

GRANT INSERT(kind) ON TABLE public.ledger_account TO seedbed_app;

GRANT INSERT(edition_id) ON TABLE public.ledger_account TO seedbed_app;

GRANT INSERT(owner_id) ON TABLE public.ledger_account TO seedbed_app;

GRANT INSERT(category) ON TABLE public.ledger_account TO seedbed_app;

GRANT SELECT,USAGE ON SEQUENCE public.ledger_account_id_seq TO seedbed_app;

GRANT SELECT ON TABLE public.ledger_entry TO seedbed_app;

GRANT INSERT(tx_id) ON TABLE public.ledger_entry TO seedbed_app;

GRANT INSERT(seq) ON TABLE public.ledger_entry TO seedbed_app;

GRANT INSERT(account_id) ON TABLE public.ledger_entry TO seedbed_app;

GRANT INSERT(fen) ON TABLE public.ledger_entry TO seedbed_app;

GRANT SELECT ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(kind) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(source_entity) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(source_id) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(place) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(actor) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(at) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(note) ON TABLE public.ledger_tx TO seedbed_app;

GRANT INSERT(reverses) ON TABLE public.ledger_tx TO seedbed_app;

GRANT SELECT,USAGE ON SEQUENCE public.ledger_tx_id_seq TO seedbed_app;

GRANT SELECT ON TABLE public.legal_move TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_code TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.money_hold TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notice TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.number_series TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.objection TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_activity TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_cover TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_photo TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_project TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_spending TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.talent TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_talent TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.org_member TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outage TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox_done TO seedbed_app;

GRANT SELECT,USAGE ON SEQUENCE public.outbox_id_seq TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.panel_minute TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.panel_word TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.paper_export TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_key TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pitch_draw TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pitch_minute TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pitch_room TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pitch_slot TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.place TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.poll TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.poll_result TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_activity TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_alike TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_band TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_comment TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_funding TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_import TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_import_row TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_line TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_mark TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_merge TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_opinion TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_piece TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_return TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_save TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.proposal_standing TO seedbed_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.reopening TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review_round TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rights_request TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.role_grant TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.round_draw TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.round_entry TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.round_result TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.round_run TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.seat_lock TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sheet TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sheet_import TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.support TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.talent_contact TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_link TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_member TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_post TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_want TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.throttle TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic_note TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic_supporter TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic_task TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tranche TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.twice TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.twice_pass TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.typed_form TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.upload TO seedbed_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.upload_part TO seedbed_app;

ALTER DEFAULT PRIVILEGES FOR ROLE seedbed IN SCHEMA public GRANT SELECT,USAGE ON SEQUENCES  TO seedbed_app;

ALTER DEFAULT PRIVILEGES FOR ROLE seedbed IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO seedbed_app;

