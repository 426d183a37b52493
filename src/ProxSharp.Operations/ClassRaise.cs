using System.Text.RegularExpressions;

namespace ProxSharp.Operations;

/// <summary>A parameter that makes a call worse than its operation usually is.</summary>
internal sealed class ClassRaise
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly bool _isPrefix;
    private readonly Lazy<Regex>? _value;

    public ClassRaise(string parameter, string? value, OperationClass to)
    {
        _isPrefix = parameter.EndsWith('*');
        _name = _isPrefix ? parameter[..^1] : parameter;
        _value = value is null
            ? null
            : new Lazy<Regex>(() => new Regex(value, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, s_patience));
        Parameter = parameter;
        Class = to;
    }

    /// <summary>The name; a star at its end stands for any rest.</summary>
    public string Parameter { get; }

    public OperationClass Class { get; }

    public bool Applies(string name, string text)
    {
        // Servers read "scsi0" and "SCSI0" differently, but a guard that is fooled by case protects nothing.
        bool named = _isPrefix
            ? name.StartsWith(_name, StringComparison.OrdinalIgnoreCase)
            : name.Equals(_name, StringComparison.OrdinalIgnoreCase);
        if (!named)
        {
            return false;
        }

        return _value?.Value.IsMatch(text) ?? text.ToLowerInvariant() is not ("" or "0" or "false" or "no" or "off");
    }
}
