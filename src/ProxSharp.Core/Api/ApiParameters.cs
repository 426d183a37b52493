using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using ProxSharp.Json;
using ProxSharp.PropertyStrings;

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

    /// <summary>Adds a property string.</summary>
    public void Add(string name, PropertyString? value) => Add(name, value?.ToString());

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

    /// <summary>Adds each item of a list of words under the same name.</summary>
    public void AddWords<T>(string name, IEnumerable<T>? values)
        where T : struct, IApiWord<T>
        => AddList(name, values?.Select(static value => value.Value));

    /// <summary>Adds each item of a list of property strings under the same name.</summary>
    public void AddPropertyStrings(string name, IEnumerable<PropertyString>? values) => AddList(name, values?.Select(static value => value.ToString()));

    /// <summary>Adds each value under the name followed by its index, such as <c>net0</c>, in the order of the indexes.</summary>
    public void AddIndexed<T>(string name, IReadOnlyDictionary<int, T>? values)
        where T : class
    {
        foreach ((int index, T value) in (values ?? ReadOnlyDictionary<int, T>.Empty).OrderBy(static pair => pair.Key))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{name}{index}"), value.ToString());
        }
    }

    /// <summary>Adds the value of a path parameter.</summary>
    /// <returns>The same parameters.</returns>
    /// <exception cref="ArgumentException">The value is empty: the path would be another one.</exception>
    public ApiParameters WithPath(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        Add(name, value);
        return this;
    }

    /// <inheritdoc cref="WithPath(string, string)"/>
    public ApiParameters WithPath(string name, long value)
    {
        Add(name, value);
        return this;
    }

    /// <inheritdoc cref="WithPath(string, string)"/>
    public ApiParameters WithPath<T>(string name, T value)
        where T : struct, IApiWord<T>
        => WithPath(name, value.Value);

    /// <summary>Adds what was set in a request; null adds nothing.</summary>
    /// <returns>The same parameters.</returns>
    public ApiParameters With(ApiRequest? request)
    {
        request?.WriteTo(this);
        return this;
    }

    /// <summary>Adds what was set in a request.</summary>
    /// <returns>The same parameters.</returns>
    public ApiParameters WithRequired(ApiRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return With(request);
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
