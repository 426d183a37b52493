namespace ProxSharp.Cli.Output;

/// <summary>The forms in which a result can be written.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for people.</summary>
    Table,

    /// <summary>One JSON value, indented.</summary>
    Json,

    /// <summary>One JSON value a line; each item of a list is a line.</summary>
    JsonLines,

    /// <summary>YAML in block style.</summary>
    Yaml,

    /// <summary>Comma-separated values with a header line.</summary>
    Csv,
}
