using System.Diagnostics;
using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Interleavings.Tests.Scenarios;
using CsCheck;

namespace Aeronet.AspNetCore.Interleavings.Tests.Searching;

/// <summary>
/// Looks for an order in which a scenario goes wrong: first every schedule of up to so many turns, the shortest first, so that what it finds
/// is the shortest there is; then schedules drawn at random, which CsCheck makes shorter when one fails.
/// </summary>
internal sealed class Search(Scenario scenario, TimeSpan time)
{
    /// <summary>Turns of a schedule that is drawn.</summary>
    private const int MostTurns = 8;

    private Outcome? _hung;
    private readonly long _start = Stopwatch.GetTimestamp();

    internal int Runs { get; private set; }

    /// <summary>Of how many turns every schedule was played.</summary>
    internal int Depth { get; private set; } = -1;

    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Plays every schedule of up to <paramref name="depth"/> turns. The first that fails; null when none does, or when half of the time is over: those
    /// of one turn are played whatever it takes.</summary>
    internal Outcome? Exhaust(int depth)
    {
        List<Schedule> level = [Schedule.Default];
        for (Depth = -1; Depth < depth; Depth++)
        {
            List<Schedule> next = [];
            foreach (var schedule in level)
            {
                if (Depth > 0 && Elapsed > time / 2)
                    return null;

                var outcome = Play(schedule);
                if (outcome.Failure is not null)
                    return outcome;

                for (var choice = schedule.Last + 1; Depth + 1 < depth && choice < outcome.Choices.Count; choice++)
                    next.AddRange(Enumerable.Range(1, outcome.Choices[choice] - 1).Select(option => schedule.And(choice, option)));
            }

            level = next;
        }

        return null;
    }

    /// <summary>Plays schedules drawn at random for the rest of the time, or the one of <paramref name="seed"/>. The first that fails, made short.</summary>
    internal Outcome? Draw(string? seed)
    {
        Outcome? shortest = null;
        var choices = Play(Schedule.Default).Choices.Count * 3 / 2;
        var schedules = Gen.Select(Gen.Int[0, choices], Gen.Int[1, 3]).List[1, MostTurns].Select(turns => new Schedule(turns.DistinctBy(turn => turn.Item1).OrderBy(turn => turn.Item1)));
        try
        {
            // In slices: CsCheck makes what it has found shorter until its time is over.
            do
            {
                schedules.Sample(
                    schedule =>
                    {
                        var outcome = Play(schedule);
                        if (outcome.Failure is not null && !(shortest?.Schedule.Length < schedule.Length))
                            shortest = outcome;

                        return outcome.Failure is null;
                    },
                    seed: seed,
                    time: seed is null ? 1 : -1,
                    iter: 1,
                    threads: 1);
            }
            while (seed is null && Elapsed < time);
        }
        catch (CsCheckException found)
        {
            return Shorten(shortest!) with { Seed = found.Message };
        }

        return null;
    }

    /// <summary>Leaves out what makes no difference.</summary>
    private Outcome Shorten(Outcome failing)
    {
        for (var i = failing.Schedule.Length - 1; i >= 0; i--)
        {
            if (Play(failing.Schedule.Without(i)) is { Failure: not null } shorter)
                failing = shorter;
        }

        return failing;
    }

    private Outcome Play(Schedule schedule)
    {
        // A thread that stands still outside of the points takes the others along: nothing that comes after it says anything.
        if (_hung is { } hung)
            return hung with { Failure = null };

        Runs++;
        var outcome = Run.Of(scenario, schedule);
        if (outcome.IsHung)
            _hung = outcome;

        return outcome;
    }
}
