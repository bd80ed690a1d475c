// Everything at once for a long time: whether memory, handles and latency stay as they are.
using Soak;

try
{
    return args is ["serve", var folder]
        ? await SoakServer.RunAsync(folder)
        : await Soaking.RunAsync(SoakArguments.Parse(args));
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"Soak: {e.Message}. Usage: {SoakArguments.Usage}");
    return 2;
}
