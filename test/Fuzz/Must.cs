using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Fuzz;

/// <summary>States what must hold.</summary>
internal static class Must
{
    internal static void Hold([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition)
            throw new BrokenException(what);
    }

    internal static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new BrokenException($"{what} is '{actual}' and not '{expected}'");
    }

    /// <summary>A text that goes into a header or a log: printable ASCII.</summary>
    internal static void BePrintable(ReadOnlySpan<char> text, [CallerArgumentExpression(nameof(text))] string what = "")
    {
        if (text.ContainsAnyExceptInRange(' ', '~'))
            throw new BrokenException($"{what} has characters that are not printable ASCII");
    }

    /// <summary>A message: one line, without characters that steer a terminal.</summary>
    internal static void BeOneLine(ReadOnlySpan<char> text, [CallerArgumentExpression(nameof(text))] string what = "")
    {
        Hold(!text.IsEmpty, $"{what} is not empty");
        foreach (var c in text)
        {
            if (char.IsControl(c))
                throw new BrokenException($"{what} has the control character {(int)c:x4}");
        }
    }
}
