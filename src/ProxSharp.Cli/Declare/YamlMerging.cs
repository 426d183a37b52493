using System.Globalization;
using ProxSharp.Cli.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// Takes merge keys of YAML 1.1, which YAML 1.2 has not, and many files all the same: <c>&lt;&lt;: *small</c>. What stands in a mapping itself wins, then what
/// was merged first.
/// </summary>
internal static class YamlMerging
{
    private const string Key = "<<";

    /// <summary>Returns the members of a mapping, and those that are merged into it behind them.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="place">Where it is from, for messages.</param>
    /// <exception cref="CliException">A key is no word, or what is merged is no mapping.</exception>
    public static IReadOnlyCollection<KeyValuePair<string, YamlNode>> Members(YamlMappingNode mapping, string place)
    {
        OrderedDictionary<string, YamlNode> members = new(StringComparer.Ordinal);
        Add(members, mapping, place, new HashSet<YamlMappingNode>(ReferenceEqualityComparer.Instance), 0);
        return members;
    }

    // Each mapping is merged once: another time it brings nothing new, and many times over it would bring that for ever.
    private static void Add(OrderedDictionary<string, YamlNode> members, YamlMappingNode mapping, string place, HashSet<YamlMappingNode> known, int depth)
    {
        YamlReading.CheckDepth(depth, place);
        if (!known.Add(mapping))
        {
            return;
        }

        foreach ((YamlNode key, YamlNode value) in mapping.Children.Where(static child => !IsMerge(child.Key)))
        {
            members.TryAdd((key as YamlScalarNode)?.Value ?? throw YamlReading.NoWord(place), value);
        }

        foreach (YamlNode value in mapping.Children.Where(static child => IsMerge(child.Key)).Select(static child => child.Value))
        {
            foreach (YamlNode merged in value is YamlSequenceNode list ? list.Children : [value])
            {
                Add(members, merged as YamlMappingNode ?? throw NoMapping(merged, place), place, known, depth + 1);
            }
        }
    }

    // Written as a text it is a key like others.
    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Value: Key, Style: ScalarStyle.Plain };

    private static CliException NoMapping(YamlNode node, string place) => CliException.Usage(
        $"{place} merges what has no keys (line {node.Start.Line.ToString(CultureInfo.InvariantCulture)})", $"Behind {Key} stands a mapping, such as *name, or a list of them");
}
