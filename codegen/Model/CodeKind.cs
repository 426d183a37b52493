namespace ProxSharp.CodeGen.Model;

/// <summary>The kinds of C# types that values have.</summary>
internal enum CodeKind
{
    /// <summary>No value.</summary>
    Nothing,

    /// <summary><c>string</c>.</summary>
    Text,

    /// <summary><c>long</c>.</summary>
    Integer,

    /// <summary><c>double</c>.</summary>
    Number,

    /// <summary><c>bool</c>.</summary>
    Boolean,

    /// <summary>A generated word structure.</summary>
    Word,

    /// <summary>A generated property-string record.</summary>
    PropertyString,

    /// <summary>Any JSON.</summary>
    Element,

    /// <summary>A generated result class.</summary>
    Class,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map with names as keys.</summary>
    Map,

    /// <summary>A map with indexes as keys, made of members such as <c>net0</c>.</summary>
    Indexed,
}
