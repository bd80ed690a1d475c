namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// What was thrown in a method that native code calls. Nothing may be thrown through it: the runtime ends the process. Such a
/// method is one <c>try</c> from its first statement to its last, notes the exception here and answers "failed"; whoever called
/// the native function takes it from here.
/// </summary>
internal static class NativeFaults
{
    [ThreadStatic]
    private static Exception? t_first;

    /// <summary>Keeps the first exception since the last <see cref="Take"/>. Never throws.</summary>
    internal static void Note(Exception failure) => t_first ??= failure;

    /// <summary>What was thrown in the call just made, in words; null when nothing was.</summary>
    internal static string? Take()
    {
        if (t_first is not { } failure)
        {
            return null;
        }

        t_first = null;
        return $"{failure.GetType().Name} in a callback of OpenSSL";
    }
}
