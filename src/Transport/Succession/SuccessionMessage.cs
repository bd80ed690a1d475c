using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>One message of a hand-over: a line of text with the version of what is spoken, such as <c>aeronet-hand-over/1 take</c>.</summary>
internal readonly record struct SuccessionMessage(MessageKind Kind, string Text = "")
{
    /// <summary>Of a message, in bytes.</summary>
    internal const int MaxLength = 1024;

    private const string Protocol = "aeronet-hand-over/";
    private const string Version = "1";

    private static readonly string[] s_kinds = [.. Enum.GetNames<MessageKind>().Select(name => name.ToLowerInvariant())];

    internal byte[] ToBytes()
    {
        var line = $"{Protocol}{Version} {s_kinds[(int)Kind]}{(Text.Length == 0 ? "" : " ")}{Text}";
        return Encoding.UTF8.GetBytes(line.Length <= MaxLength / 4 ? line : line[..(MaxLength / 4)]);
    }

    /// <summary>False with what is wrong, as the end of a sentence.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> bytes, out SuccessionMessage message, [NotNullWhen(false)] out string? problem)
    {
        message = default;
        var parts = Encoding.UTF8.GetString(bytes).Split(' ', 3);
        if (!parts[0].StartsWith(Protocol, StringComparison.Ordinal) || parts.Length < 2)
        {
            problem = "does not speak of a hand-over";
            return false;
        }

        if (parts[0][Protocol.Length..] is not Version and var other)
        {
            problem = $"speaks version {other} of the hand-over and this process version {Version}: stop the old process, then start the new one";
            return false;
        }

        var kind = Array.IndexOf(s_kinds, parts[1]);
        if (kind < 0)
        {
            problem = "sent a message that is not of the hand-over";
            return false;
        }

        message = new SuccessionMessage((MessageKind)kind, parts.Length > 2 ? parts[2] : "");
        problem = null;
        return true;
    }
}
