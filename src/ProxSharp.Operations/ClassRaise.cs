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

    /// <summary>True if the server's default is such a value: a call without the parameter is as bad as one that says it.</summary>
    public bool IsDefault { get; init; }

    /// <summary>A switch that, where it is on, makes something else than the default hold for the absent parameter; null for none.</summary>
    public string? Unless { get; init; }

    /// <summary>True if the parameters of a call make it worse.</summary>
    public bool Applies(ApiParameters parameters) =>
        (parameters.Any(parameter => IsNamed(parameter) && IsWorse(parameter.Text)) || (IsDefault && IsLeftToDefault(parameters)))
        && HasCompany(parameters);

    /// <summary>True if one parameter of a call makes it worse.</summary>
    public bool AppliesTo(ApiParameter parameter, ApiParameters parameters) => IsNamed(parameter) && IsWorse(parameter.Text) && HasCompany(parameters);

    private bool HasCompany(ApiParameters parameters) =>
        With is null || parameters.Any(parameter => parameter.Name.Equals(With, StringComparison.OrdinalIgnoreCase));

    private bool IsLeftToDefault(ApiParameters parameters) =>
        !parameters.Any(IsNamed) && (Unless is null || !parameters.Any(parameter => parameter.Name == Unless && Says(parameter.Text) == true));

    // Servers read "scsi0" and "SCSI0" differently, but a guard that is fooled by case protects nothing.
    private bool IsNamed(ApiParameter parameter) => _isPrefix
        ? parameter.Name.StartsWith(_name, StringComparison.OrdinalIgnoreCase)
        : parameter.Name.Equals(_name, StringComparison.OrdinalIgnoreCase);

    private bool IsWorse(string text) => Switch is { } on
        ? (Says(text) ?? on) == on
        : _item is null || ItemLists.Split(text).Any(_item.Value.IsMatch);

    private static bool? Says(string text) => text.Trim().ToLowerInvariant() switch
    {
        "1" or "true" or "yes" or "on" => true,
        "0" or "false" or "no" or "off" => false,
        _ => null,
    };
}
