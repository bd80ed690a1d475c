using System.Globalization;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Configuration;

/// <summary>What is wrong with some options: a line each, naming the key, the value and what would be right.</summary>
internal sealed class OptionFailures
{
    private readonly List<string> _lines = [];

    public bool IsEmpty => _lines.Count == 0;

    public void Check(bool valid, string key, object? value, string remedy)
    {
        if (!valid)
        {
            Add(key, value, remedy);
        }
    }

    public void Add(string key, object? value, string remedy)
    {
        var text = value is string ? $"'{value}'" : Convert.ToString(value, CultureInfo.InvariantCulture);
        Add($"{key} is {text}: use {remedy}.");
    }

    // A value may hold line breaks.
    public void Add(string line) => _lines.Add(string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)));

    public ValidateOptionsResult ToResult() => _lines.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_lines);

    public void ThrowIfAny(Type options)
    {
        if (_lines.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, options, _lines);
        }
    }
}
