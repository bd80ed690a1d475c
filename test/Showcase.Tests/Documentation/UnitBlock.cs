using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>A unit of systemd, whose first line is a comment with its name: systemd itself reads it.</summary>
internal static partial class UnitBlock
{
    /// <summary>What systemd says.</summary>
    public static async Task<IReadOnlyList<string>> FaultsOfAsync(CodeFence fence)
    {
        var name = Name().Match(fence.Text);
        if (!name.Success)
            return ["the first line does not name the unit: '# app.service'"];

        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            // The program is not where it will be, and neither is what a socket starts.
            var text = Program().Replace(fence.Text, "ExecStart=/bin/true");
            var path = Path.Combine(folder, name.Groups["name"].Value.Replace("@.", "@1.", StringComparison.Ordinal));
            await File.WriteAllTextAsync(path, text);
            if (path.EndsWith(".socket", StringComparison.Ordinal))
                await File.WriteAllTextAsync(Path.ChangeExtension(path, ".service"), "[Service]\nExecStart=/bin/true\n");

            var result = await ExternalTool.Require("systemd-analyze").RunAsync("verify", "--man=no", path);
            return [.. (result.Output + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"^# (?<name>[\w@-]+\.(service|socket))\n")]
    private static partial Regex Name();

    [GeneratedRegex("^ExecStart=.*$", RegexOptions.Multiline)]
    private static partial Regex Program();
}
