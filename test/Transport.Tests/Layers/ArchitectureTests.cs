using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Layers;

/// <summary>
/// The rooms of the transport and the one direction in which they know each other: accept, then the connection, what precedes it, TLS, then the
/// file, then the loop, then the kernel.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] s_order = ["Hosting", "Configuration", "Draining", "Listening", "Succession", "Connections", "ProxyProtocol", "Limits", "Tls", "SendFile", "EventLoop", "Diagnostics", "Native"];

    // The rooms of TLS, likewise.
    private static readonly string[] s_tls =
        ["Handshake", "Session", "Fallback", "Status", "Hosts", "Admission", "Tickets", "ClientCertificates", "Revocation", "Stapling", "Certificates", "Policies", "Fingerprints", "Observers", "KeyLog"];

    private static readonly string[] s_common = [""];

    public static TheoryData<string> Rooms => [.. s_order];

    public static TheoryData<string> TlsRooms => [.. s_tls];

    [Fact]
    public void Folders_AreTheRooms() =>
        Assert.Equal(s_order.Concat(s_common).Order(), SourceFile.All().Select(file => file.Folder).Distinct().Order());

    [Theory, MemberData(nameof(Rooms))]
    public void Room_KnowsOnlyTheRoomsAfterIt(string room)
    {
        var rooms = s_order.ToHashSet();
        var allowed = s_order[(Array.IndexOf(s_order, room) + 1)..];
        var violations = SourceFile.All()
            .Where(file => file.Folder == room)
            .SelectMany(file => file.RoomsNamed(rooms).Except(allowed).Select(named => $"{file.Path} names {named}"));

        Assert.Empty(violations);
    }

    [Fact]
    public void TlsFolders_AreTheRooms() =>
        Assert.Empty(SourceFile.All().Where(file => file.Folder == "Tls" && !s_tls.Contains(file.SubFolder)).Select(file => file.Path));

    [Theory, MemberData(nameof(TlsRooms))]
    public void TlsRoom_KnowsOnlyTheRoomsAfterIt(string room)
    {
        var allowed = s_tls[(Array.IndexOf(s_tls, room) + 1)..].Append(room);
        var violations = SourceFile.All()
            .Where(file => file.Folder == "Tls" && file.SubFolder == room)
            .SelectMany(file => file.TlsRoomsNamed().Except(allowed).Select(named => $"{file.Path} names {named}"));

        Assert.Empty(violations);
    }

    [Fact]
    public void Diagnostics_KnowNobody() =>
        Assert.Empty(SourceFile.All()
            .Where(file => file.Folder == "Diagnostics")
            .SelectMany(file => file.RoomsNamed(s_order.ToHashSet()).Select(named => $"{file.Path} names {named}")));

    [Fact]
    public void PublicTypes_KnowNoRoom() =>
        Assert.Empty(SourceFile.All()
            .Where(file => file.Folder == "")
            .SelectMany(file => file.RoomsNamed(s_order.ToHashSet()).Select(named => $"{file.Path} names {named}")));

    [Fact]
    public void NativeImports_AreInNativeAlone() =>
        Assert.Empty(SourceFile.All().Where(file => file.Folder != "Native" && NativeImport().IsMatch(file.Code)).Select(file => file.Path));

    [Fact]
    public void NativeFunctions_AreCalledInNativeAlone() =>
        Assert.Empty(SourceFile.All()
            .Where(file => file.Folder != "Native")
            .SelectMany(file => NativeCall().Matches(file.Code).Select(call => $"{file.Path} calls {call.Value.TrimEnd('(')}")));

    /// <summary>The edge at which faults are injected.</summary>
    [Fact]
    public void CallsOnSocketsAndLoops_PassOneEdge() =>
        Assert.Empty(SourceFile.All()
            .Where(file => !file.Path.StartsWith("Native/Faults/", StringComparison.Ordinal) && !file.Path.EndsWith("PrivateFile.cs", StringComparison.Ordinal))
            .SelectMany(file => CallPastTheEdge().Matches(file.Code).Select(call => $"{file.Path} calls {call.Value.TrimEnd('(')}: it is SocketCalls that faults are injected at.")));

    [Fact]
    public void Faults_AreCompiledInWithTheAssertionsAlone() =>
        Assert.Equal(
            Interleaving.IsCompiledIn,
            typeof(AeronetTransportOptions).Assembly.GetTypes().Any(type => type.Namespace?.EndsWith(".Native.Faults", StringComparison.Ordinal) == true));

    [Fact]
    public void Errno_IsReadInNativeAlone() =>
        Assert.Empty(SourceFile.All()
            .Where(file => file.Folder != "Native" && file.Code.Contains("GetLastSystemError", StringComparison.Ordinal))
            .Select(file => file.Path));

    [Fact]
    public void Http_IsKnownToSendFileAlone()
    {
        // The start-up filter is what puts it there; the feature collection's interface is the connection abstraction's too.
        var violations = SourceFile.All()
            .Where(file => file.Folder is not ("SendFile" or "Hosting" or ""))
            .Where(file => HttpNamespace().IsMatch(file.Code))
            .Select(file => file.Path);

        Assert.Empty(violations);
    }

    [Fact]
    public void Files_HoldOneTypeNamedAsTheFile()
    {
        var violations = SourceFile.All()
            .Select(file => (file.Path, Types: file.TopLevelTypes().ToArray(), Name: Path.GetFileName(file.Path).Split('.')[0]))
            .Where(file => file.Types.Length != 1 || file.Types[0] != file.Name)
            .Select(file => $"{file.Path}: {string.Join(", ", file.Types)}");

        Assert.Empty(violations);
    }

    [Fact]
    public void Files_AreShort() =>
        Assert.Empty(SourceFile.All().Where(file => file.Lines > 500).Select(file => $"{file.Path}: {file.Lines} lines"));

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport)\b")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"\b(?:Libc|SocketCalls)\.[a-z]\w*\(")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"\bLibc\.(?:accept4|epoll_\w+|poll|readv?|recv\w*|send\w*|SendFile|writev?)\(")]
    private static partial Regex CallPastTheEdge();

    [GeneratedRegex(@"Microsoft\.AspNetCore\.Http(?!\.Features\s*;)")]
    private static partial Regex HttpNamespace();
}
