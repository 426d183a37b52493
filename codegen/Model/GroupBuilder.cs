using ProxSharp.CodeGen.Naming;
using ProxSharp.CodeGen.Schema;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>
/// Makes the tree of groups. It follows the fixed segments of the paths; a last segment with one endpoint, or one that says what is done, is a
/// method of its parent instead of a group.
/// </summary>
internal sealed class GroupBuilder
{
    private readonly Product _product;
    private readonly NameTable _names;

    /// <summary>Creates a builder.</summary>
    public GroupBuilder(Product product, NameTable names) => (_product, _names) = (product, names);

    /// <summary>Returns the root.</summary>
    public GroupModel Build(ApiSchema schema)
    {
        Segment root = new([]);
        foreach (ApiEndpoint endpoint in schema.Endpoints.OrderBy(static endpoint => endpoint.Path, StringComparer.Ordinal).ThenBy(static endpoint => endpoint.Method))
        {
            Segment segment = root;
            foreach (string name in ApiPath.FixedSegments(endpoint.Path))
            {
                segment = segment.Child(name);
            }

            segment.Endpoints.Add(endpoint);
        }

        return Convert(root);
    }

    private GroupModel Convert(Segment segment)
    {
        List<string> words = [.. segment.Names.SelectMany(_names.Words.Split)];
        GroupModel group = new()
        {
            Segments = segment.Names,
            Words = words,
            Name = (words.Count == 0 ? _product.Prefix : string.Concat(words)) + "Api",
            PropertyName = words.Count == 0 ? "" : _names.Words.Pascal(segment.Names[^1]),
            File = string.Join('.', segment.Names.Take(2).Select(_names.Words.Pascal)),
        };
        group.Endpoints.AddRange(segment.Endpoints);
        foreach (Segment child in segment.Children.Values)
        {
            if (IsMethod(child))
            {
                group.Endpoints.AddRange(child.Endpoints);
            }
            else
            {
                group.Children[child.Names[^1]] = Convert(child);
            }
        }

        group.Path = PathOf(group);
        return group;
    }

    private bool IsMethod(Segment segment) =>
        segment.Children.Count == 0
        && (segment.Endpoints.Count == 1 || (_names.IsAction(segment.Names[^1]) && segment.Endpoints.DistinctBy(static endpoint => endpoint.Path).Count() == 1));

    /// <summary>The template up to the group's own segment, taken from any endpoint in or below it.</summary>
    private static string PathOf(GroupModel group)
    {
        string? path = group.Endpoints.Select(static endpoint => endpoint.Path).Concat(group.Children.Values.Select(static child => child.Path)).FirstOrDefault();
        if (path is null || group.Segments.Count == 0)
        {
            return "/";
        }

        int seen = 0;
        IEnumerable<string> own = ApiPath.Segments(path).TakeWhile(segment => segment.StartsWith('{') ? seen < group.Segments.Count : seen++ < group.Segments.Count);
        return "/" + string.Join('/', own);
    }

    private sealed class Segment(IReadOnlyList<string> names)
    {
        public IReadOnlyList<string> Names { get; } = names;

        public List<ApiEndpoint> Endpoints { get; } = [];

        public SortedDictionary<string, Segment> Children { get; } = new(StringComparer.Ordinal);

        public Segment Child(string name)
        {
            if (!Children.TryGetValue(name, out Segment? child))
            {
                Children[name] = child = new Segment([.. Names, name]);
            }

            return child;
        }
    }
}
