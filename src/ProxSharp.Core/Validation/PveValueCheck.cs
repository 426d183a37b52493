using System.Globalization;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>The checks of Proxmox VE in its order: type, format, pattern, length, bounds, enumeration. The first complaint ends them.</summary>
internal sealed class PveValueCheck(ApiNode node, FormatRule? format, PropertyStringCheck? propertyString, bool isInPropertyString)
    : ValueCheck(node)
{
    public override string? Check(string value, string path)
    {
        if (isInPropertyString && Node.Type == ApiValueType.Boolean && WireScalars.IsBooleanWord(value))
        {
            // Proxmox: on, yes, true and their opposites are understood inside property strings only.
            return null;
        }

        return CheckType(value)
            ?? CheckFormat(value, path)
            ?? (MatchesPattern(value) ? null : "value does not match the regex pattern")
            ?? CheckLength(value)
            ?? CheckBounds(value)
            ?? CheckEnumeration(value);
    }

    private string? CheckType(string value)
    {
        bool fits = Node.Type switch
        {
            ApiValueType.Boolean => value is "1" or "0",
            ApiValueType.Integer => WireScalars.IsInteger(value),
            ApiValueType.Number => WireScalars.IsNumber(value),
            _ => true,
        };
        return fits ? null : $"type check ('{TypeName}') failed - got '{value}'";
    }

    /// <summary>The server's word for the type.</summary>
    public string TypeName => Node.Type switch
    {
        ApiValueType.Boolean => "boolean",
        ApiValueType.Integer => "integer",
        ApiValueType.Number => "number",
        ApiValueType.Array => "array",
        ApiValueType.Object => "object",
        ApiValueType.Null => "null",
        ApiValueType.Any => "any",
        _ => "string",
    };

    private string? CheckFormat(string value, string path)
    {
        string? complaint = propertyString is not null ? propertyString.Check(value, path) : format?.Invoke(value);
        return complaint is null ? null : $"invalid format - {complaint}\n";
    }

    private string? CheckLength(string value)
    {
        if (Node.MaximumLength is { } maximum && value.Length > maximum && Length(value) > maximum)
        {
            return string.Create(CultureInfo.InvariantCulture, $"value may only be {maximum} characters long");
        }

        return Node.MinimumLength is { } minimum && Length(value) < minimum
            ? string.Create(CultureInfo.InvariantCulture, $"value must be at least {minimum} characters long")
            : null;
    }

    private string? CheckBounds(string value)
    {
        if ((Node.Maximum is null && Node.Minimum is null) || !WireScalars.TryParse(value, out double number))
        {
            return null;
        }

        return Node.Maximum is { } maximum && number > maximum ? $"value must have a maximum value of {Bound(maximum)}"
            : Node.Minimum is { } minimum && number < minimum ? $"value must have a minimum value of {Bound(minimum)}"
            : null;
    }

    private string? CheckEnumeration(string value) =>
        Node.Enumeration is null || IsEnumerated(value)
            ? null
            : $"value '{value}' does not have a value in the enumeration '{string.Join(", ", Node.Enumeration)}'";
}
