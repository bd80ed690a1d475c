using System.Globalization;

namespace Aeronet.AspNetCore.Tls.Tests.Secrets;

/// <summary>All that another process has in memory that can be written (proc(5), /proc/pid/maps and mem).</summary>
internal static class ProcessMemory
{
    private const int PieceLength = 1 << 20;

    /// <summary>How often each of some byte strings is there.</summary>
    public static Dictionary<string, int> Count(int process, IReadOnlyDictionary<string, byte[]> wanted)
    {
        var found = wanted.Keys.ToDictionary(name => name, _ => 0);
        var longest = wanted.Values.Max(bytes => bytes.Length);
        var piece = new byte[PieceLength + longest];
        using var memory = new FileStream($"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        foreach (var (begin, end) in WritableOf(process))
        {
            for (var at = begin; at < end; at += PieceLength)
            {
                // What lies over a border is in the piece before it, and counted there alone.
                var length = Read(memory, at, piece.AsSpan(0, (int)Math.Min(piece.Length, end - at)));
                foreach (var (name, bytes) in wanted)
                    found[name] += Count(piece.AsSpan(0, length), bytes, PieceLength);
            }
        }

        return found;
    }

    private static int Count(ReadOnlySpan<byte> memory, byte[] wanted, int before)
    {
        var count = 0;
        for (int from = 0, at; from < memory.Length && (at = memory[from..].IndexOf(wanted)) >= 0 && from + at < before; from += at + 1)
            count++;

        return count;
    }

    private static int Read(FileStream memory, long at, Span<byte> piece)
    {
        try
        {
            memory.Position = at;
            return memory.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
        }
        catch (IOException)
        {
            // Given back since the map was read.
            return 0;
        }
    }

    private static IEnumerable<(long Begin, long End)> WritableOf(int process) =>
        from line in File.ReadAllLines($"/proc/{process}/maps")
        let fields = line.Split(' ')
        where fields[1].StartsWith("rw", StringComparison.Ordinal)
        let range = fields[0].Split('-').Select(text => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray()
        where range[0] >= 0
        select (range[0], range[1]);
}
