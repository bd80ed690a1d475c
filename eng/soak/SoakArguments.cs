using System.Globalization;

namespace Soak;

/// <summary>What the command line says.</summary>
/// <param name="Minutes">How long it goes on.</param>
/// <param name="Output">The folder for the report and its pictures.</param>
internal sealed record SoakArguments(double Minutes, string Output)
{
    public const string Usage = "Soak MINUTES FOLDER | Soak serve FOLDER";

    public static SoakArguments Parse(string[] arguments)
    {
        if (arguments.Length != 2)
            throw new ArgumentException($"{arguments.Length} arguments where two are needed");

        return double.TryParse(arguments[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 7 * 24 * 60
            ? new SoakArguments(minutes, Path.GetFullPath(arguments[1]))
            : throw new ArgumentException($"MINUTES is '{arguments[0]}': it is a number above 0, and a week at most");
    }
}
