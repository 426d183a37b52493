namespace ProxSharp.Cli.Output;

/// <summary>The forms in which a result can be written.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for people: those that matter.</summary>
    Table,

    /// <summary>All columns for people.</summary>
    Wide,

    /// <summary>One JSON value, indented.</summary>
    Json,

    /// <summary>One JSON value a line; each item of a list is a line.</summary>
    JsonLines,

    /// <summary>YAML in block style.</summary>
    Yaml,

    /// <summary>Comma-separated values with a header line.</summary>
    Csv,

    /// <summary>Values with tabs between them and a header line.</summary>
    Tsv,

    /// <summary>Only what names each item, one a line: what other commands take.</summary>
    Name,
}
