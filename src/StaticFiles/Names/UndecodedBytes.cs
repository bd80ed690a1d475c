using System.Buffers;
using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Names;

/// <summary>
/// Servers decode a request path only as far as it is UTF-8 and leave <c>%FF</c> as it is. This makes the byte of it that a link
/// to a name with such a byte stands for.
/// </summary>
internal static class UndecodedBytes
{
    /// <summary>
    /// Decodes what the server has left. False when there is nothing of the kind, or when it would make a character: that one the
    /// server would have decoded, so the percent sign is the name's own, and a path would get a second spelling.
    /// </summary>
    /// <param name="path">UTF-8.</param>
    /// <param name="restored">At least as long.</param>
    /// <param name="length">Of the result.</param>
    public static bool TryRestore(ReadOnlySpan<byte> path, Span<byte> restored, out int length)
    {
        length = 0;
        var any = false;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == (byte)'%' && i + 2 < path.Length
                && HexValue(path[i + 1]) is >= 8 and var high && HexValue(path[i + 2]) is >= 0 and var low)
            {
                restored[length++] = (byte)((high << 4) | low);
                any = true;
                i += 2;
            }
            else
            {
                restored[length++] = path[i];
            }
        }

        return any && IsWhatAServerLeaves(path, restored[..length]);
    }

    // Every byte above 7F that is part of a character must be one that was not escaped.
    private static bool IsWhatAServerLeaves(ReadOnlySpan<byte> path, ReadOnlySpan<byte> restored)
    {
        while (!restored.IsEmpty)
        {
            var isCharacter = Rune.DecodeFromUtf8(restored, out _, out var consumed) == OperationStatus.Done;
            for (var i = 0; i < consumed; i++)
            {
                var wasEscaped = path[0] != restored[i];
                if (isCharacter && wasEscaped)
                {
                    return false;
                }

                path = path[(wasEscaped ? 3 : 1)..];
            }

            restored = restored[consumed..];
        }

        return true;
    }

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };
}
