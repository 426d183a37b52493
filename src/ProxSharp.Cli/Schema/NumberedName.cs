namespace ProxSharp.Cli.Schema;

/// <summary>Names of parameters and members that there are several of: <c>net0</c> is one of the family <c>net[n]</c>, under which the schema has it.</summary>
internal static class NumberedName
{
    private const string Number = "[n]";

    /// <summary>The name without the number at its end: <c>net</c> for <c>net0</c>.</summary>
    public static string Word(string name) => name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    /// <summary>The family that a name belongs to, if there is one of it: <c>net[n]</c> for <c>net0</c>.</summary>
    public static string Family(string name) => Word(name) + Number;

    /// <summary>True for the name of a family.</summary>
    public static bool IsFamily(string name) => name.EndsWith(Number, StringComparison.Ordinal);
}
