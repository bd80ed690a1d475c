using System.Reflection;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

/// <summary>An exception that leaves a callback ends the process: no frame of native code can pass it on.</summary>
public sealed class CallbackTests
{
    // Loads the result, returns.
    private const int LongestEnd = 4;

    private static readonly MethodInfo[] s_callbacks =
    [
        .. typeof(AeronetTransportOptions).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>() is not null),
    ];

    public static TheoryData<string> Callbacks => [.. s_callbacks.Select(NameOf)];

    [Theory, MemberData(nameof(Callbacks))]
    public void Callback_IsOneBlockThatCatchesEverything(string callback)
    {
        var body = s_callbacks.Single(method => NameOf(method) == callback).GetMethodBody()!;
        var outermost = body.ExceptionHandlingClauses[^1];

        Assert.Equal(ExceptionHandlingClauseOptions.Clause, outermost.Flags);
        Assert.Equal(typeof(Exception), outermost.CatchType);
        Assert.Equal(0, outermost.TryOffset);
        Assert.Equal(outermost.TryLength, outermost.HandlerOffset);
        Assert.InRange(body.GetILAsByteArray()!.Length - outermost.HandlerOffset - outermost.HandlerLength, 0, LongestEnd);
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}
