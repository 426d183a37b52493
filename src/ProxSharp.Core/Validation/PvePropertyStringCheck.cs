using System.Text;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Property strings as Proxmox VE reads them.</summary>
internal sealed class PvePropertyStringCheck(ApiNode format, ValueChecks checks) : PropertyStringCheck
{
    private readonly string? _defaultKey = DefaultKeyOf(format);

    public override string? Check(string text, string path)
    {
        OrderedDictionary<string, string> values = new(StringComparer.Ordinal);
        if (Take(text, values) is { } complaint)
        {
            return complaint;
        }

        ParameterErrors errors = default;
        CheckDeclared(values, path, ref errors);
        CheckGiven(values, path, ref errors);
        return errors.IsEmpty ? null : Describe(errors);
    }

    private static string Describe(ParameterErrors errors)
    {
        StringBuilder text = new("format error");
        foreach (ParameterError error in errors.Items)
        {
            text.Append('\n').Append(error.Parameter).Append(": ").Append(error.Text);
        }

        return text.ToString();
    }

    /// <summary>Takes the text apart; returns the complaint if that is not possible.</summary>
    private string? Take(string text, OrderedDictionary<string, string> values)
    {
        bool defaultTaken = false;
        foreach (Range range in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> part = text.AsSpan(range);
            if (part.IsWhiteSpace())
            {
                continue;
            }

            int equals = part.IndexOf('=');
            if (equals < 0)
            {
                if (_defaultKey is null)
                {
                    return "value without key, but schema does not define a default key";
                }

                if (defaultTaken || values.ContainsKey(_defaultKey))
                {
                    return $"duplicate key in comma-separated list property: {_defaultKey}";
                }

                defaultTaken = true;
                values[_defaultKey] = part.ToString();
            }
            else if (equals == 0 || equals == part.Length - 1)
            {
                return "missing key in comma-separated list property";
            }
            else if (Put(part[..equals].ToString(), part[(equals + 1)..].ToString(), values) is { } complaint)
            {
                return complaint;
            }
        }

        return null;
    }

    private string? Put(string key, string value, OrderedDictionary<string, string> values)
    {
        if (values.ContainsKey(key))
        {
            return $"duplicate key in comma-separated list property: {key}";
        }

        if (format.Properties.TryGetValue(key, out ApiNode? node) && node.Alias is { } alias)
        {
            if (node.KeyAlias is { } keyAlias && !values.TryAdd(keyAlias, key))
            {
                return $"key alias '{keyAlias}' is already defined";
            }

            key = alias;
        }

        values[key] = value;
        return null;
    }

    private void CheckDeclared(OrderedDictionary<string, string> values, string path, ref ParameterErrors errors)
    {
        foreach ((string key, ApiNode node) in format.Properties)
        {
            if (values.TryGetValue(key, out string? value))
            {
                string name = $"{path}.{key}";
                if (checks.ForPropertyString(node).Check(value, name) is { } complaint)
                {
                    errors.Add(name, complaint);
                }
            }
            else if (!node.IsOptional && node.Alias is null)
            {
                errors.Add($"{path}.{key}", ParameterDialect.VirtualEnvironment.Missing);
            }
        }
    }

    private void CheckGiven(OrderedDictionary<string, string> values, string path, ref ParameterErrors errors)
    {
        foreach (string key in values.Keys)
        {
            if (!format.Properties.TryGetValue(key, out ApiNode? node))
            {
                if (!format.AllowsExtra)
                {
                    errors.Add($"{path}.{key}", ParameterDialect.VirtualEnvironment.Unknown);
                }
            }
            else if (node.Requires is { } required && !values.ContainsKey(required))
            {
                errors.Add($"{path}.{required}", $"missing property - '{path}.{key}' requires this property");
            }
        }
    }
}
