using System.Globalization;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>The checks of Proxmox Backup Server: type, then bounds, or length before pattern, enumeration or property string.</summary>
internal sealed class PbsValueCheck(ApiNode node, PropertyStringCheck? propertyString) : ValueCheck(node)
{
    public override string? Check(string value, string path) => Node.Type switch
    {
        ApiValueType.Boolean => WireScalars.IsBooleanWord(value) ? null : "Unable to parse boolean option.",
        ApiValueType.Integer => CheckInteger(value),
        ApiValueType.Number => CheckNumber(value),
        ApiValueType.String => CheckText(value, path),
        _ => null,
    };

    // Proxmox: Rust's end of a text is its end; a line break more does not fit.
    protected override Pattern PatternOf(string text) => Pattern.GetStrict(text);

    private string? CheckInteger(string value)
    {
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return CheckBounds(number, value);
        }

        return value.Length == 0 ? "cannot parse integer from empty string"
            : !WireScalars.IsInteger(value) ? "invalid digit found in string"
            : value[0] == '-' ? "number too small to fit in target type"
            : "number too large to fit in target type";
    }

    private string? CheckNumber(string value) =>
        WireScalars.TryParse(value, out double number) ? CheckBounds(number, value)
            : value.Length == 0 ? "cannot parse float from empty string"
            : "invalid float literal";

    private string? CheckBounds(double number, string value) =>
        Node.Minimum is { } minimum && number < minimum ? $"value must have a minimum value of {Bound(minimum)} (got {value})"
            : Node.Maximum is { } maximum && number > maximum ? $"value must have a maximum value of {Bound(maximum)} (got {value})"
            : null;

    private string? CheckText(string value, string path)
    {
        if (Node.MinimumLength is { } minimum && Length(value) < minimum)
        {
            return string.Create(CultureInfo.InvariantCulture, $"value must be at least {minimum} characters long");
        }

        if (Node.MaximumLength is { } maximum && Length(value) > maximum)
        {
            return string.Create(CultureInfo.InvariantCulture, $"value may only be {maximum} characters long");
        }

        return Node.Enumeration is not null && !IsEnumerated(value) ? $"value '{value}' is not defined in the enumeration."
            : !MatchesPattern(value) ? "value does not match the regex pattern"
            : propertyString?.Check(value, path);
    }
}
