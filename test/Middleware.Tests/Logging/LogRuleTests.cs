using System.Reflection;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Logging;

/// <summary>No log message of the product can be made to say something else by a path, a field or a name that somebody sends.</summary>
public sealed partial class LogRuleTests
{
    private static readonly Assembly[] Assemblies =
        [typeof(AeronetTransportOptions).Assembly, typeof(AeronetStaticFileOptions).Assembly, typeof(AeronetAccessLogOptions).Assembly];

    // Its messages are those of others.
    private const string LoggerThatHandsOn = "GuardedLogger.cs";

    // What has no text in it; an exception is for the sink to show, below the message.
    private static readonly Type[] Harmless =
    [
        typeof(ILogger), typeof(Exception), typeof(bool), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(double), typeof(TimeSpan),
    ];

    public static TheoryData<string> AssemblyNames => [.. Assemblies.Select(assembly => assembly.GetName().Name!)];

    [Theory, MemberData(nameof(AssemblyNames))]
    public void LoggerMessages_Texts_AreEscaped(string name)
    {
        var methods = Assemblies.Single(assembly => assembly.GetName().Name == name).GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.IsDefined(typeof(LoggerMessageAttribute)))
            .ToArray();
        Assert.True(methods.Length >= 10, $"Only {methods.Length} messages were found in {name}.");

        Assert.Empty(methods
            .SelectMany(method => method.GetParameters().Where(parameter => !IsHarmless(parameter.ParameterType)).Select(parameter =>
                $"{method.DeclaringType!.Name}.{method.Name}: {parameter.ParameterType.Name} {parameter.Name} must be a LogText")));
    }

    // Other ways to log than by [LoggerMessage] are not looked at above, so there are none.
    [Fact]
    public void Sources_LogByLoggerMessageAlone()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => Path.GetFileName(file) != LoggerThatHandsOn)
            .ToArray();
        Assert.True(files.Length > 300, $"Only {files.Length} files were found.");

        Assert.Empty(files.SelectMany(file => OtherLogging().Matches(File.ReadAllText(file)).Select(match => $"{file}: {match.Value}")));
    }

    [Theory]
    [InlineData("logger.LogWarning(\"x\")")]
    [InlineData("_logger?.LogDebug (x)")]
    [InlineData("logger.Log(LogLevel.Debug, x)")]
    [InlineData("LoggerMessage.Define<string>(x)")]
    [InlineData("logger.BeginScope(x)")]
    public void OtherLogging_IsRecognised(string code) => Assert.Matches(OtherLogging(), code);

    private static bool IsHarmless(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain && (plain.IsEnum || Harmless.Contains(plain) || plain.Name == "LogText");

    [GeneratedRegex(@"\.(?:Log(?:Trace|Debug|Information|Warning|Error|Critical)?|BeginScope)\s*\(|\bLoggerMessage\.Define")]
    private static partial Regex OtherLogging();
}
