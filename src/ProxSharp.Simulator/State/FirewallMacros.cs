using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>The macros that firewall rules may name.</summary>
internal static class FirewallMacros
{
    private const string Names =
        "Amanda Auth BGP BitTorrent BitTorrent32 CVS Ceph Citrix DAAP DCC DHCPfwd DHCPv6 DNS Distcc FTP Finger GNUnet GRE Git "
        + "HKP HTTP HTTPS ICPV2 ICQ IMAP IMAPS IPIP IPsec IPsecah IPsecnat IRC Jetdirect L2TP LDAP LDAPS MDNS MSNP MSSQL Mail "
        + "Munin MySQL NNTP NNTPS NTP NeighborDiscovery OSPF OpenVPN PCA PMG POP3 POP3S PPtP Ping PostgreSQL Printer RDP RIP RNDC "
        + "Razor Rdate Rsync SANE SMB SMBswat SMTP SMTPS SNMP SPAMD SPICEproxy SSH SVN SixXS Squid Submission Syslog TFTP Telnet "
        + "Telnets Time Trcrt VNC VNCL Web Webcache Webmin Whois";

    /// <summary>The macro of a name in any case, as it is known; null if there is none.</summary>
    public static string? Find(string name) => Array.Find(Names.Split(' '), known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static void Register(HandlerTable table) => table.Get("/cluster/firewall/macros", static _ => ApiReply.Of(new JsonArray(
        [.. Names.Split(' ').Select(static name => (JsonNode)new JsonObject { ["macro"] = name, ["descr"] = $"{name} traffic" })])));
}
