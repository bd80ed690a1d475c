using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>What strace wrote of a <see cref="PriceServerRole"/>: a line for each system call of any thread, in their order.</summary>
internal static partial class CallLog
{
    /// <summary>What the server's marks begin with.</summary>
    internal const string Mark = "mark";

    /// <summary>What a write(2) is called that adds one to an eventfd(2), on which a loop waits.</summary>
    internal const string Wake = "write (wake)";

    /// <summary>What a read(2) is called that came before its bytes: OpenSSL's, in a handshake.</summary>
    internal const string EarlyRead = "read (early)";

    /// <summary>System calls by name, between one mark and the one after it.</summary>
    internal static Dictionary<string, int> CountAfter(string file, int mark)
    {
        var calls = new Dictionary<string, int>();
        var inside = false;
        foreach (var line in File.ReadLines(file))
        {
            if (inside && EarlyReadResult().IsMatch(line))
            {
                Add("read", -1);
                Add(EarlyRead, 1);
            }

            // Of a call that another thread interrupted the first part is counted alone: the other is "<... name resumed>".
            if (Call().Match(line) is not { Success: true } match)
                continue;

            if (line.Contains($"\"{Mark} {mark + 1} ", StringComparison.Ordinal))
                return calls;

            if (inside)
                Add(line.Contains(""", "\1\0\0\0\0\0\0\0", 8""", StringComparison.Ordinal) ? Wake : match.Groups[1].Value, 1);
            else
                inside = line.Contains($"\"{Mark} {mark} ", StringComparison.Ordinal);
        }

        throw new InvalidDataException($"The trace ends before mark {mark + 1}.");

        void Add(string name, int count) => calls[name] = calls.GetValueOrDefault(name) + count;
    }

    [GeneratedRegex(@"^\d+ +(\w+)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"^\d+ +(read\(|<\.\.\. read resumed>).* = -1 EAGAIN ")]
    private static partial Regex EarlyReadResult();
}
