using System.Globalization;

namespace ScaleLoad;

/// <summary>The command line of the load.</summary>
internal sealed record ScaleArguments(Uri Url, int Process, int Connections, int InFlight, TimeSpan Time)
{
    public const string Usage =
        "ScaleLoad URL PID CONNECTIONS [IN-FLIGHT [SECONDS]]: opens the connections to the server of that process, and keeps requests in flight on them";

    /// <exception cref="FormatException">The command line is wrong.</exception>
    public static ScaleArguments Parse(string[] args)
    {
        if (args.Length is < 3 or > 5)
        {
            throw new FormatException($"3 to 5 arguments are needed, and {args.Length} were given");
        }

        return new ScaleArguments(
            new Uri(args[0]), Number(args[1]), Number(args[2]), args.Length > 3 ? Number(args[3]) : 64, TimeSpan.FromSeconds(args.Length > 4 ? Number(args[4]) : 3));
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"'{text}' is not a whole number above 0");
}
