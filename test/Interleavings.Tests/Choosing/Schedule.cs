using System.Globalization;

namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>
/// Where a run goes another way than it would by itself: at the choice of that number, to the thread of that number in turn (0 is the one
/// that goes on by itself). Written <c>12:1 40:3</c>.
/// </summary>
internal sealed class Schedule(IEnumerable<(int Choice, int Option)> turns)
{
    private readonly (int Choice, int Option)[] _turns = [.. turns];

    internal static Schedule Default { get; } = new([]);

    internal int Length => _turns.Length;

    internal int Last => _turns.Length == 0 ? -1 : _turns[^1].Choice;

    /// <summary>From what <see cref="ToString"/> makes of it.</summary>
    internal static Schedule Parse(string text) => new(text
        .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(turn => turn.Split(':'))
        .Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture))));

    internal int At(int choice)
    {
        foreach (var turn in _turns)
        {
            if (turn.Choice == choice)
                return turn.Option;
        }

        return 0;
    }

    internal Schedule And(int choice, int option) => new([.. _turns, (choice, option)]);

    internal Schedule Without(int index) => new(_turns.Where((_, i) => i != index));

    public override string ToString() => string.Join(' ', _turns.Select(turn => $"{turn.Choice}:{turn.Option}"));
}
