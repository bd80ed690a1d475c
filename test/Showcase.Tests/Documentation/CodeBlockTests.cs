using System.Text.Json;
using System.Xml.Linq;
using k8s;
using k8s.Models;
using Scriban;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>
/// No code of the documentation is taken at its word: it is compiled, parsed, or read by the program that it is for. A block of an unknown
/// kind fails, so that none escapes. The settings among the JSON are held to the schema, and bound, by the tests of the schema in
/// Middleware.Tests.
/// </summary>
public sealed class CodeBlockTests
{
    public static TheoryData<string> Blocks => [.. Documents.All.SelectMany(Documents.Fences).Select(fence => fence.Place)];

    [Theory, MemberData(nameof(Blocks))]
    public async Task Block_IsAsItsReaderWantsIt(string place)
    {
        var faults = await FaultsOfAsync(Documents.Fences(place[..place.LastIndexOf(':')]).Single(fence => fence.Place == place));

        Assert.True(faults.Count == 0, $"{place}:\n{string.Join('\n', faults)}");
    }

    [Theory]
    [InlineData("csharp", "app.UseAeronetStaticFile();", "'UseAeronetStaticFile'")]
    [InlineData("csharp", "WebApplication.CreateBuilder(args).WebHost.UseAeronetTransport(transport => transport.Dispatch = DispatchMode.Inline);", "'DispatchMode'")]
    [InlineData("diff", "-app.UseStaticFile();\n+app.UseAeronetStaticFiles();", "'UseStaticFile'")]
    [InlineData("diff", "-app.UseStaticFiles();\n+app.UseAeronetStaticFile();", "'UseAeronetStaticFile'")]
    [InlineData("sh", "./eng/tset.sh", "eng/tset.sh")]
    [InlineData("sh", "./eng/test.sh --fliter X", "--fliter")]
    [InlineData("sh", "if true", "syntax error")]
    [InlineData("sh", "AERONET_RACE_SECOND=1 true", "AERONET_RACE_SECOND")]
    [InlineData("json", "{ \"Aeronet\": ", "JSON")]
    [InlineData("xml", "<PropertyGroup>", "PropertyGroup")]
    [InlineData("yaml", "spec: { contianers: [] }", "contianers")]
    [InlineData("liquid", "{% for entry %}", "for")]
    [InlineData("ini", "# a.service\n[Service]\nExecStart=/bin/true\nRestrat=always", "Restrat")]
    [InlineData("nginx", "server { lisen 80; }", "lisen")]
    [InlineData("haproxy", "listen a\n  bnd :80", "bnd")]
    [InlineData("text", "$ ls", "is a command")]
    [InlineData("", "ls", "without a language")]
    [InlineData("rust", "fn main() {}", "nobody here reads 'rust'")]
    public async Task WrongBlock_IsFound(string language, string text, string named)
        => Assert.Contains(await FaultsOfAsync(new CodeFence("docs/a.md", 1, language, "", text + "\n")), fault => fault.Contains(named, StringComparison.Ordinal));

    private static async Task<IReadOnlyList<string>> FaultsOfAsync(CodeFence fence) => fence.Language switch
    {
        "csharp" => CSharpBlock.ErrorsOf(fence),
        "diff" => [.. CSharpBlock.ErrorsOf(Side(fence, '-')), .. CSharpBlock.ErrorsOf(Side(fence, '+'))],
        "sh" => await ShellBlock.FaultsOfAsync(fence),
        "json" => FaultsOf(() => JsonDocument.Parse(fence.Text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).Dispose()),
        "xml" => FaultsOf(() => XDocument.Parse($"<Project>{fence.Text}</Project>")),
        "yaml" => FaultsOf(() => KubernetesYaml.Deserialize<V1Pod>(fence.Text, strict: true)),
        "liquid" => [.. Template.ParseLiquid(fence.Text).Messages.Select(message => message.ToString())],
        "ini" => await UnitBlock.FaultsOfAsync(fence),
        "nginx" => await ProxyBlock.FaultsOfNginxAsync(fence),
        "haproxy" => await ProxyBlock.FaultsOfHaproxyAsync(fence),
        // What programs write, and drawings: nothing that somebody would type.
        "text" => [.. fence.Text.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => $"'{line}' is a command: make it a block of its own, of sh")],
        "" => ["a block without a language: text is for what programs write"],
        var other => [$"nobody here reads '{other}': add its reader, or use another language"],
    };

    // Before, or after: what is common to both, and the lines of one side. A line without its mark keeps its place in the page.
    private static CodeFence Side(CodeFence fence, char mark) => fence with
    {
        Text = string.Concat(fence.Text.Split('\n').Select(line => line switch
        {
            ['+' or '-', ..] when line[0] != mark => "\n",
            [_, .. var rest] => rest + "\n",
            _ => "\n",
        })),
    };

    private static List<string> FaultsOf(Action read)
    {
        try
        {
            read();
            return [];
        }
        catch (Exception fault)
        {
            return [fault.InnerException?.Message ?? fault.Message];
        }
    }
}
