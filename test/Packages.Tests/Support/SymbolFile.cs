using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Text.Json.Nodes;

namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>A portable PDB, as a debugger reads it: https://github.com/dotnet/runtime/blob/main/docs/design/specs/PortablePdb-Metadata.md.</summary>
internal sealed class SymbolFile : IDisposable
{
    private static readonly Guid s_sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly Guid s_options = new("B5FEEC05-8CD0-4A83-96DA-466284BB4BD8");

    private readonly MetadataReaderProvider _provider;
    private readonly MetadataReader _pdb;

    public SymbolFile(byte[] content)
    {
        _provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(content));
        _pdb = _provider.GetMetadataReader();
    }

    /// <summary>Where the sources are: the address of each folder.</summary>
    public Dictionary<string, string> SourceLink => JsonNode.Parse(Information(EntityHandle.ModuleDefinition, s_sourceLink) ?? "{}"u8.ToArray())!["documents"]?
        .AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!) ?? [];

    /// <summary>What the compiler was told: its version, language and optimization.</summary>
    public string CompilerOptions => Encoding.UTF8.GetString(Information(EntityHandle.ModuleDefinition, s_options) ?? []);

    /// <summary>The sources in the order they were compiled in: path, hash, and the text if it is inside.</summary>
    public IReadOnlyList<(string Path, string Hash, string? Text)> Sources =>
        [.. _pdb.Documents.Select(handle => (Handle: handle, Document: _pdb.GetDocument(handle)))
            .Select(each => (_pdb.GetString(each.Document.Name), Convert.ToHexString(_pdb.GetBlobBytes(each.Document.Hash)), Text(each.Handle)))];

    public void Dispose() => _provider.Dispose();

    // Behind its size if it is deflated, and behind zero if it is not.
    private string? Text(DocumentHandle handle)
    {
        if (Information(handle, s_embeddedSource) is not { } blob)
            return null;

        using Stream content = new MemoryStream(blob, 4, blob.Length - 4);
        using var reader = new StreamReader(BinaryPrimitives.ReadInt32LittleEndian(blob) == 0 ? content : new DeflateStream(content, CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private byte[]? Information(EntityHandle parent, Guid kind) => _pdb.GetCustomDebugInformation(parent).Select(_pdb.GetCustomDebugInformation)
        .Where(information => _pdb.GetGuid(information.Kind) == kind).Select(information => _pdb.GetBlobBytes(information.Value)).SingleOrDefault();
}
