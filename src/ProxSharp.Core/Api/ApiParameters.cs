using System.Collections;
using System.Globalization;
using ProxSharp.Json;

namespace ProxSharp.Api;

/// <summary>The parameters of one call in the order they are sent; those of the path are among them. Null values are left out.</summary>
public sealed class ApiParameters : IReadOnlyList<ApiParameter>
{
    private readonly List<ApiParameter> _items;

    /// <summary>Creates an empty set of parameters.</summary>
    public ApiParameters() => _items = [];

    /// <summary>Creates an empty set with room for <paramref name="capacity"/> parameters.</summary>
    public ApiParameters(int capacity) => _items = new List<ApiParameter>(capacity);

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public ApiParameter this[int index] => _items[index];

    /// <summary>Adds a text.</summary>
    public void Add(string name, string? value)
    {
        if (value is not null)
        {
            _items.Add(new ApiParameter(name, value, ApiParameterKind.Text, IsListItem: false));
        }
    }

    /// <summary>Adds a boolean.</summary>
    public void Add(string name, bool? value)
    {
        if (value is { } set)
        {
            _items.Add(new ApiParameter(name, set ? "1" : "0", ApiParameterKind.Boolean, IsListItem: false));
        }
    }

    /// <summary>Adds a whole number.</summary>
    public void Add(string name, long? value)
    {
        if (value is { } set)
        {
            _items.Add(new ApiParameter(name, set.ToString(CultureInfo.InvariantCulture), ApiParameterKind.Number, IsListItem: false));
        }
    }

    /// <summary>Adds a number.</summary>
    public void Add(string name, double? value)
    {
        if (value is { } set)
        {
            _items.Add(new ApiParameter(name, set.ToString("R", CultureInfo.InvariantCulture), ApiParameterKind.Number, IsListItem: false));
        }
    }

    /// <summary>Adds a word of an open set.</summary>
    public void Add<T>(string name, T? value)
        where T : struct, IApiWord<T>
        => Add(name, value?.Value);

    /// <summary>Adds each item of a list under the same name.</summary>
    public void AddList(string name, IEnumerable<string>? values)
    {
        foreach (string value in values ?? [])
        {
            _items.Add(new ApiParameter(name, value, ApiParameterKind.Text, IsListItem: true));
        }
    }

    /// <summary>Adds each item of a list of whole numbers under the same name.</summary>
    public void AddList(string name, IEnumerable<long>? values)
    {
        foreach (long value in values ?? [])
        {
            _items.Add(new ApiParameter(name, value.ToString(CultureInfo.InvariantCulture), ApiParameterKind.Number, IsListItem: true));
        }
    }

    /// <summary>Adds a parameter as it is.</summary>
    public void Add(ApiParameter parameter) => _items.Add(parameter);

    /// <summary>Returns the first value of a name; null if it is absent.</summary>
    public string? Find(string name)
    {
        foreach (ApiParameter item in _items)
        {
            if (string.Equals(item.Name, name, StringComparison.Ordinal))
            {
                return item.Text;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerator<ApiParameter> GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
