namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>
/// Gathers ranges and joins those that overlap or lie near each other, so that no byte is sent twice and no part costs more than
/// it saves. The rest stay in the order in which they were asked for, a joined one in the place of its first member
/// (RFC 9110 section 15.3.7.2).
/// </summary>
/// <param name="buffer">Room for every range that is added.</param>
/// <param name="gap">The most bytes between two ranges that are joined.</param>
internal ref struct RangeCoalescer(Span<ByteRange> buffer, long gap)
{
    private readonly Span<ByteRange> _parts = buffer;
    private int _count;

    public void Add(ByteRange range)
    {
        var place = _count;

        // What has grown may reach parts that were looked at before.
        while (IndexOfNear(range) is var near and >= 0)
        {
            range = range.Join(_parts[near]);
            _parts[(near + 1).._count].CopyTo(_parts[near..]);
            _count--;
            place = Math.Min(place, near);
        }

        _parts[place.._count].CopyTo(_parts[(place + 1)..]);
        _parts[place] = range;
        _count++;
    }

    /// <summary>What is left: nothing, one part, or several.</summary>
    public readonly RangeSelection ToSelection() => _count switch
    {
        0 => RangeSelection.Unsatisfiable,
        1 => new RangeSelection(RangeOutcome.Part, _parts[0]),
        _ => new RangeSelection(RangeOutcome.Parts, Parts: _parts[.._count].ToArray()),
    };

    private readonly int IndexOfNear(ByteRange range)
    {
        for (var i = 0; i < _count; i++)
        {
            if (range.Distance(_parts[i]) <= gap)
            {
                return i;
            }
        }

        return -1;
    }
}
