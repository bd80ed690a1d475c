using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>
/// Looks at files as a user who owns none, also where the tests run as root: Linux keeps that user for each thread (setfsuid(2)), and takes the
/// power to read everything from a thread whose user is not root.
/// </summary>
internal static partial class Unprivileged
{
    private const uint Root = 0;
    private const uint Nobody = 65534;

    /// <summary>What follows in the pipeline runs so, up to where it first waits.</summary>
    public static void Use(WebApplication app) => app.Use((context, next) => Run(() => next(context)));

    public static T Run<T>(Func<T> function)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        if (!Environment.IsPrivilegedProcess)
        {
            return function();
        }

        _ = setfsuid(Nobody);
        try
        {
            return function();
        }
        finally
        {
            _ = setfsuid(Root);
        }
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);
}
