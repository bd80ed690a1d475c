using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Layers;

/// <summary>One file of the transport, without its comments and texts.</summary>
internal sealed partial class SourceFile
{
    private SourceFile(string path, string folder, string text)
    {
        Path = path;
        Folder = folder;
        Lines = text.Split('\n').Length;
        Code = Uncommented().Replace(text, match => match.Value.StartsWith('/') ? " " : "\"\"");
    }

    /// <summary>The path below the transport's project folder.</summary>
    internal string Path { get; }

    /// <summary>The room the file is in; empty for the project's root.</summary>
    internal string Folder { get; }

    /// <summary>The room in the room; empty where there is none.</summary>
    internal string SubFolder => Path.Split(System.IO.Path.DirectorySeparatorChar) is [_, var room, _, ..] ? room : "";

    internal int Lines { get; }

    internal string Code { get; }

    internal static IReadOnlyList<SourceFile> All()
    {
        var root = System.IO.Path.Combine(Repository.Root, "src", "Transport");
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(root, path))
            .Where(path => !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal))
            .Select(path => new SourceFile(path, System.IO.Path.GetDirectoryName(path)!.Split(System.IO.Path.DirectorySeparatorChar)[0], File.ReadAllText(System.IO.Path.Combine(root, path))))
            .ToArray();
        Assert.NotEmpty(files);
        return files;
    }

    /// <summary>The other rooms that the code names, by a using directive, in full, or by the last part of the namespace.</summary>
    internal IEnumerable<string> RoomsNamed(IReadOnlySet<string> rooms) =>
        RoomName().Matches(Code).Select(match => match.Groups["room"].Value).Where(room => rooms.Contains(room) && room != Folder).Distinct();

    /// <summary>The rooms of TLS that the code names by a using directive or in full.</summary>
    internal IEnumerable<string> TlsRoomsNamed() => TlsRoomName().Matches(Code).Select(match => match.Groups["room"].Value).Distinct();

    /// <summary>The names of the types declared outside other types.</summary>
    internal IEnumerable<string> TopLevelTypes() => TypeDeclaration().Matches(Code).Select(match => match.Groups["name"].Value);

    // Comments, documentation, and texts: verbatim, raw, plain and characters.
    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"{3}.*?"{3}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex Uncommented();

    // "using Aeronet.AspNetCore.Transport.Native;", "Native.Errno", but neither "Microsoft.AspNetCore.Connections" nor "socket.SendFile(".
    [GeneratedRegex(@"(?:Aeronet\.AspNetCore\.Transport\.|(?<![\w.]))(?<room>[A-Z]\w+)(?=\.[A-Za-z]|;)")]
    private static partial Regex RoomName();

    [GeneratedRegex(@"^using [^;]*\bTls\.(?<room>\w+)|(?<!namespace [\w.]*)\bTls\.(?<room>[A-Z]\w+)(?=\.[A-Z])", RegexOptions.Multiline)]
    private static partial Regex TlsRoomName();

    // The code of a file-scoped namespace starts in the first column.
    [GeneratedRegex(@"^(?:(?:public|internal|file|static|sealed|abstract|partial|unsafe|readonly|ref|record) +)*(?:class|struct|interface|enum|record|delegate +[\w<>?]+) +(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
