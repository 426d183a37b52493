using System.Text;
using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Naming;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes word structures.</summary>
internal sealed class WordEmitter
{
    private readonly WordSplitter _words;

    /// <summary>Creates an emitter.</summary>
    public WordEmitter(WordSplitter words) => _words = words;

    /// <summary>Writes a structure.</summary>
    public void Emit(CodeWriter code, WordModel model)
    {
        string name = model.Name;
        string[] uses = [.. model.Uses.Select(static use => use.Member).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(3)];
        code.Summary($"A value of {DocText.Codes(uses)}. Servers may know more values than those named here.");
        code.Line("/// <param name=\"value\">The word as it travels.</param>");
        code.Open($"public readonly struct {name}(string value) : IApiWord<{name}>, IEquatable<{name}>");
        foreach ((string value, string member) in Members(model))
        {
            code.Summary(value.Length == 0 ? "The empty word." : $"{DocText.Code(value)}.");
            code.Line($"public static {name} {member} => new({Literal.Text(value)});");
            code.Line();
        }

        foreach (string line in Body(name))
        {
            code.Line(line);
        }

        code.Close();
    }

    private static string[] Body(string name) =>
    [
        "/// <inheritdoc/>",
        "public string Value => value ?? \"\";",
        "",
        "/// <summary>Compares two words.</summary>",
        $"public static bool operator ==({name} left, {name} right) => left.Equals(right);",
        "",
        "/// <summary>Compares two words.</summary>",
        $"public static bool operator !=({name} left, {name} right) => !left.Equals(right);",
        "",
        "/// <inheritdoc/>",
        $"public static {name} FromWire(string value) => new(value);",
        "",
        "/// <inheritdoc/>",
        $"public bool Equals({name} other) => Value == other.Value;",
        "",
        "/// <inheritdoc/>",
        $"public override bool Equals(object? obj) => obj is {name} other && Equals(other);",
        "",
        "/// <inheritdoc/>",
        "public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);",
        "",
        "/// <inheritdoc/>",
        "public override string ToString() => Value;",
    ];

    private IEnumerable<(string Value, string Member)> Members(WordModel model)
    {
        UniqueNames names = new("Value", "FromWire", "Equals", "GetHashCode", "ToString", "GetType", "ReferenceEquals", model.Name);
        foreach (string value in model.Values)
        {
            string name = Name(value);
            yield return (value, names.Take(name, name + "Value"));
        }
    }

    private string Name(string value) => value switch
    {
        "" => "Empty",
        [>= '0' and <= '9', ..] => "Value" + string.Concat(value.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_')),
        _ => _words.Pascal(Readable(value)),
    };

    /// <summary>Signs that tell two values apart are spelled out.</summary>
    private static string Readable(string value)
    {
        StringBuilder text = new();
        for (int i = 0; i < value.Length; i++)
        {
            text.Append(value[i] switch
            {
                '+' => " plus ",
                '-' when i == 0 => "minus ",
                '*' => " all ",
                '!' => " not ",
                '=' => " equals ",
                char c => c.ToString(),
            });
        }

        return text.ToString();
    }
}
