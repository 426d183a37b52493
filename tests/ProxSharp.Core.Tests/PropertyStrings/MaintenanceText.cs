using ProxSharp.PropertyStrings;

namespace ProxSharp.Core.Tests.PropertyStrings;

/// <summary>A property string of the backup server, where values may be in quotes.</summary>
internal sealed record MaintenanceText : PropertyString
{
    private static readonly PropertyStringFormat s_format = new("maintenance", defaultKey: "type", allowsQuotes: true);

    private MaintenanceText(PropertyStringEntries entries)
        : base(s_format, entries)
    {
    }

    public string? Type { get => Get("type"); init => Set("type", value); }

    public string? Message { get => Get("message"); init => Set("message", value); }

    public static MaintenanceText Parse(string text) => new(PropertyStringEntries.Parse(text));
}
