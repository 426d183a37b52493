using ProxSharp.CodeGen.Naming;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Makes the property-string types of a schema.</summary>
internal sealed class FormatBuilder
{
    private readonly ApiSchema _schema;
    private readonly NameTable _names;
    private readonly WordRegistry _words;
    private readonly Dictionary<string, PropertyStringModel> _models = new(StringComparer.Ordinal);

    /// <summary>Creates the types of all formats that have keys.</summary>
    public FormatBuilder(ApiSchema schema, NameTable names, WordRegistry words, UniqueNames typeNames)
    {
        (_schema, _names, _words) = (schema, names, words);
        foreach (string format in schema.Formats.Where(static pair => pair.Value.Type == ApiValueType.Object).Select(static pair => pair.Key).Order(StringComparer.Ordinal))
        {
            string widest = Widest(format);
            if (!_models.TryGetValue(widest, out PropertyStringModel? model))
            {
                _models[widest] = model = Build(widest, typeNames);
            }

            _models[format] = model;
        }
    }

    /// <summary>The types in ordinal order of their names.</summary>
    public IReadOnlyList<PropertyStringModel> Models => [.. _models.Values.Distinct().OrderBy(static model => model.Name, StringComparer.Ordinal)];

    /// <summary>Finds the type of a node's format; null if its text is no property string with keys.</summary>
    public CodeType? Find(ApiNode node) =>
        (node.PropertyStringFormat ?? node.Format) is { } format && _models.TryGetValue(format, out PropertyStringModel? model)
            ? new CodeType(CodeKind.PropertyString, model)
            : null;

    /// <summary>
    /// Formats such as <c>qemu.scsi</c> and <c>qemu.scsi#2</c> differ in keys that may be given only on creation. They share the wider type, so that a
    /// value that was read can be changed and sent back.
    /// </summary>
    private string Widest(string format)
    {
        string family = Family(format);
        ApiNode own = _schema.Formats[format];
        return _schema.Formats
            .Where(pair => Family(pair.Key) == family && own.Properties.Keys.All(pair.Value.Properties.ContainsKey))
            .OrderByDescending(static pair => pair.Value.Properties.Count)
            .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .First().Key;
    }

    private string Family(string format) => string.Concat(Place(format.Split('#')[0]));

    private PropertyStringModel Build(string format, UniqueNames typeNames)
    {
        ApiNode node = _schema.Formats[format];
        List<KeyValuePair<string, ApiNode>> keys = [.. node.Properties.Where(static pair => pair.Value.Alias is null && pair.Value.KeyAlias is null)];
        IReadOnlyList<string> place = Place(format);
        string typeName = typeNames.Take(_names.Type(string.Concat(place)), string.Concat(place) + "Settings");
        IReadOnlyDictionary<string, string> memberNames = MemberNames.ForPropertyString(_names.Words, typeName).Assign(keys.Select(static pair => pair.Key));
        return new PropertyStringModel
        {
            Identity = "format:" + format,
            Name = typeName,
            Format = format,
            DefaultKey = node.DefaultKeyName ?? node.Properties.FirstOrDefault(static pair => pair.Value.IsDefaultKey).Key,
            Aliases = [.. node.Properties.Where(static pair => pair.Value.Alias is not null).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Alias!))],
            KeyAliases = [.. node.Properties.Where(static pair => pair.Value.KeyAlias is not null).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.KeyAlias!))],
            Members = [.. keys.Select(pair => new MemberModel(pair.Key, memberNames[pair.Key], pair.Value, KeyType(pair.Value, place, memberNames[pair.Key]), IsOptional: true))],
        };
    }

    private CodeType KeyType(ApiNode node, IReadOnlyList<string> place, string member) => node.Type switch
    {
        ApiValueType.Boolean => CodeType.Boolean,
        ApiValueType.Integer => CodeType.Integer,
        ApiValueType.Number => CodeType.Number,
        _ when node.Enumeration is { } values => _words.Get(values, place, member),
        _ => CodeType.Text,
    };

    /// <summary>The words of a format's key: the server's prefixes say nothing, <c>qm</c> is its old word for virtual machines.</summary>
    private List<string> Place(string format)
    {
        string key = format.Split('#')[0];
        key = key.StartsWith("pve-", StringComparison.Ordinal) ? key[4..] : key;
        key = key.StartsWith("qm-", StringComparison.Ordinal) ? "qemu-" + key[3..] : key;
        key = key.EndsWith("-fmt", StringComparison.Ordinal) || key.EndsWith("-conf", StringComparison.Ordinal) ? key[..key.LastIndexOf('-')] : key;
        List<string> words = [.. _names.Words.Split(key)];
        if (words is ["Shared" or "Config" or "Options" or "Pve", ..])
        {
            words = [.. words.Skip(1)];
        }

        int number = format.IndexOf('#', StringComparison.Ordinal);
        return number < 0 ? words : [.. words, format[(number + 1)..]];
    }
}
