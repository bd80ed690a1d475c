using System.Diagnostics;
using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>
/// Ends the parsing of a document that takes too long: of hostile ones the time grows with the square of the length. Markdig has no way to
/// be stopped, but asks its parsers at every line and at every character that may begin something.
/// </summary>
internal static class RenderingDeadline
{
    // Parsing stays on one thread.
    [ThreadStatic]
    private static long s_end;

    /// <summary>Adds the parsers that look at the clock.</summary>
    public static void AddTo(MarkdownPipelineBuilder pipeline)
    {
        pipeline.BlockParsers.Insert(0, new LineClock());
        pipeline.InlineParsers.Insert(0, new CharacterClock());
    }

    /// <summary>Gives what this thread parses from now on so much time.</summary>
    public static void Start(TimeSpan time) => s_end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Looks at the clock.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public static void Check()
    {
        if (Stopwatch.GetTimestamp() > s_end)
        {
            throw new TimeoutException("it takes too long");
        }
    }

    private sealed class LineClock : BlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor)
        {
            Check();
            return BlockState.None;
        }
    }

    private sealed class CharacterClock : InlineParser
    {
        public CharacterClock() => OpeningCharacters = [.. "[]!*_`<>&|~^=+\\:hHwWfFmM\n"];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            Check();
            return false;
        }
    }
}
