namespace ProxSharp.Validation;

/// <summary>Collects complaints in the order they are found; costs nothing while there are none.</summary>
internal struct ParameterErrors
{
    private List<ParameterError>? _items;

    public readonly bool IsEmpty => _items is null;

    public readonly IReadOnlyList<ParameterError> Items => _items ?? (IReadOnlyList<ParameterError>)[];

    public void Add(string parameter, string text)
    {
        _items ??= [];
        int known = _items.FindIndex(error => error.Parameter == parameter);
        if (known < 0)
        {
            _items.Add(new ParameterError(parameter, text));
        }
        else
        {
            // Proxmox: two complaints about one parameter are joined by a backslash and an n, not by a line feed.
            _items[known] = _items[known] with { Text = $@"{_items[known].Text}\n{text}" };
        }
    }
}
