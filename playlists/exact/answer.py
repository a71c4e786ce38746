"""One question answered by CP-SAT: one worker, fixed seed, deterministic limit, so the answer is always the same."""

from __future__ import annotations

from dataclasses import replace

from ortools.sat.python import cp_model

from playlists.exact.model import Model
from playlists.planning.question import Encoding, Finding, Goal, Question

LANES = (
    20  # above so many, CP-SAT's deterministic time lags far behind the clock: a search for the best takes less of it
)
FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


def answer(question: Question, effort: float) -> tuple[Finding, float]:
    """Search for `effort` units of CP-SAT's deterministic time, some seconds on a usual processor; and what it took."""
    try:
        return _answer(question, effort, symmetries=True)
    except IndexError:  # OR-Tools 9.15 now and then loses a variable where it uses symmetries (absl::btree_map::at)
        return _answer(question, effort, symmetries=False)


def _answer(question: Question, effort: float, *, symmetries: bool) -> tuple[Finding, float]:
    model = Model(question)
    solver = cp_model.CpSolver()
    settings = solver.parameters
    settings.num_workers = 1
    settings.random_seed = 1 if question.encoding is Encoding.INTERVALS else 2
    if not symmetries:
        settings.symmetry_level = 0
    if question.goal is not Goal.BEST:
        settings.linearization_level = 2  # sees the room there is in all: what cannot be is proved far sooner
    settings.cp_model_presolve = question.goal is not Goal.CORE
    model.hint()
    if question.goal is not Goal.BEST:
        return _any(model, solver, effort)
    return _best(model, solver, effort)


def _any(model: Model, solver: cp_model.CpSolver, effort: float) -> tuple[Finding, float]:
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model.cp)
    spent = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE:
        return Finding(impossible=True, core=_core(model, solver)), spent
    return Finding(
        placed=tuple(party.placed(solver) for party in model.parties)
    ) if status in FOUND else Finding(), spent


def _best(model: Model, solver: cp_model.CpSolver, effort: float) -> tuple[Finding, float]:
    """Each aim in turn, those before it held; then what else makes a plan nice, as far as the effort goes."""
    finding, spent, proved = Finding(), 0.0, True
    effort *= min(1, LANES / len(model.parties))
    aims = model.aims()
    for number, aim in enumerate([*aims, *model.niceties()]):
        if isinstance(aim, int):  # nothing to choose
            continue
        needed = number < len(aims)
        if not needed and (not proved or spent >= effort):
            break
        model.cp.maximize(aim)
        solver.parameters.max_deterministic_time = max(effort - spent, effort / 10) if needed else effort / 20
        status = solver.solve(model.cp)
        spent += solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE and finding.placed is None:
            return Finding(impossible=True), spent
        if status not in FOUND:
            return (replace(finding, best=False) if needed else finding), spent
        if needed:
            proved = proved and status == cp_model.OPTIMAL
        finding = Finding(tuple(party.placed(solver) for party in model.parties), best=proved)
        model.cp.add(aim >= round(solver.objective_value))
        _continue_from(model, solver)
    return (finding, spent) if finding.placed else _any(model, solver, effort)


def _continue_from(model: Model, solver: cp_model.CpSolver) -> None:
    values = solver.response_proto.solution
    model.cp.clear_hints()  # type: ignore[no-untyped-call]
    for index, value in enumerate(values):
        model.cp.add_hint(model.cp.get_int_var_from_proto_index(index), value)


def _core(model: Model, solver: cp_model.CpSolver) -> tuple[tuple[int, int], ...]:
    named = {literal.index: promise for promise, literal in model.writing.promises.items()}
    return tuple(sorted(named[index] for index in solver.sufficient_assumptions_for_infeasibility() if index in named))
