namespace ProxSharp.CodeGen.Naming;

/// <summary>Names that generated code must not use as they are.</summary>
internal static class Keywords
{
    /// <summary>The reserved words of C#.</summary>
    public static readonly IReadOnlySet<string> All = new HashSet<string>(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto",
        "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out",
        "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort",
        "using", "virtual", "void", "volatile", "while",
    };

    /// <summary>Type names of the namespaces that generated code imports.</summary>
    public static readonly IReadOnlySet<string> Types = new HashSet<string>(StringComparer.Ordinal)
    {
        "Action", "Array", "Attribute", "Boolean", "Buffer", "Byte", "Char", "Console", "Convert", "DateOnly", "DateTime", "Delegate", "Dictionary",
        "Directory", "Double", "Enum", "Environment", "Exception", "File", "Func", "Guid", "Half", "HashSet", "HttpMethod", "Index", "Int32",
        "Int64", "Lazy", "List", "Lock", "Math", "Memory", "Monitor", "Mutex", "Nullable", "Object", "Path", "Progress", "Queue", "Random", "Range",
        "Single", "Span", "Stack", "Stream", "String", "Task", "Thread", "TimeOnly", "TimeSpan", "Timeout", "Timer", "TimeZone", "Tuple", "Type",
        "Uri", "Version", "Volatile",
    };
}
