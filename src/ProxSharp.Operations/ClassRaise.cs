using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations;

/// <summary>A parameter that makes a call worse than its operation usually is.</summary>
internal sealed class ClassRaise
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly bool _isPrefix;
    private readonly Lazy<Regex>? _item;

    /// <param name="parameter">The name; a star at its end stands for any rest.</param>
    /// <param name="to">The class of a call that has it.</param>
    /// <param name="item">The pattern that one item of the value must match from end to end; null if any value will do.</param>
    public ClassRaise(string parameter, OperationClass to, string? item = null)
    {
        _isPrefix = parameter.EndsWith('*');
        _name = _isPrefix ? parameter[..^1] : parameter;
        _item = item is null
            ? null
            : new Lazy<Regex>(() => new Regex($@"\A(?:{item})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, s_patience));
        Parameter = parameter;
        Item = item;
        Class = to;
    }

    /// <summary>The name; a star at its end stands for any rest.</summary>
    public string Parameter { get; }

    public OperationClass Class { get; }

    /// <summary>The pattern that one item of the value must match; null if any value will do.</summary>
    public string? Item { get; }

    /// <summary>What a switch must say: true for on, false for off, null if it is no switch. What is neither counts as what is worse.</summary>
    public bool? Switch { get; init; }

    /// <summary>Another parameter that must be there too; null for none.</summary>
    public string? With { get; init; }

    /// <summary>True if the parameters of a call make it worse.</summary>
    public bool Applies(ApiParameters parameters) =>
        parameters.Any(parameter => Applies(parameter.Name, parameter.Text))
        && (With is null || parameters.Any(parameter => parameter.Name.Equals(With, StringComparison.OrdinalIgnoreCase)));

    private bool Applies(string name, string text)
    {
        // Servers read "scsi0" and "SCSI0" differently, but a guard that is fooled by case protects nothing.
        bool named = _isPrefix
            ? name.StartsWith(_name, StringComparison.OrdinalIgnoreCase)
            : name.Equals(_name, StringComparison.OrdinalIgnoreCase);
        return named && (Switch is { } on ? Says(text, on) : _item is null || ItemLists.Split(text).Any(_item.Value.IsMatch));
    }

    private static bool Says(string text, bool on) => text.Trim().ToLowerInvariant() switch
    {
        "1" or "true" or "yes" or "on" => on,
        "0" or "false" or "no" or "off" => !on,
        _ => true,
    };
}
