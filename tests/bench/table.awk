# table.awk - the goals table: awk -f table.awk ROWS LOG
#
# LOG has one figure a line, "name value unit"; a name that was measured in
# several rounds stands there as often, in their order.  ROWS has, between
# tabs: number, work, ours, what it is held against (names; "-": nothing), who
# that is (floor, peer, self), the goal (">= 0.9", "<= 10", "-": none).
# Of several peers the best counts.  A ratio is the median of the rounds' own
# ratios, so that the machine's drift cancels out.
BEGIN { FS = "\t" }
FNR == NR { row[++rows] = $0; next }
{
	split($0, f, " ")
	value[f[1], ++count[f[1]]] = f[2] + 0
	unit[f[1]] = f[3]
}
function sort(a, n,   i, j, t) {
	for (i = 2; i <= n; i++) {
		t = a[i]
		for (j = i - 1; j >= 1 && a[j] > t; j--)
			a[j + 1] = a[j]
		a[j + 1] = t
	}
}
function median_of(a, n) {
	sort(a, n)
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
function median(name,   a, i) {
	for (i = 1; i <= count[name]; i++)
		a[i] = value[name, i]
	return median_of(a, count[name])
}
function show(x) {
	return x >= 100 ? sprintf("%.0f", x) : sprintf("%.3g", x)
}
function best(names, goal,   a, n, i, pick) {
	n = split(names, a, " ")
	for (i = 1; i <= n; i++)
		if (a[i] in count && (pick == "" ||
		    (goal ~ /^<=/) == (median(a[i]) < median(pick))))
			pick = a[i]
	return pick
}
# The median of ours / base, round by round; sets low and high.
function ratio(ours, base,   a, n, i) {
	for (i = 1; i <= count[ours] && i <= count[base]; i++)
		if (value[base, i] != 0)
			a[++n] = value[ours, i] / value[base, i]
	r = n ? median_of(a, n) : 0
	low = a[1]
	high = a[n]
	return r
}
function verdict(x, goal, agree,   g) {
	if (goal == "-")
		return ""
	split(goal, g, " ")
	if (agree && (low >= g[2]) != (high >= g[2]))
		return "undecided"
	if (g[1] == ">=" ? x >= g[2] : x <= g[2])
		return "ok"
	missed++
	return "NOT"
}
function title(line) {
	printf "%-3s%-35s%13s%9s %-17s%-19s%-8s%s\n", "#", "work", "ours",
	    "floor", " best peer", " ratio (min-max)", "goal", "ok"
}
function print_row(f,   base, x, against, text, floor, peer, name) {
	base = best(f[4], f[6])
	floor = peer = text = ""
	if (!(f[3] in count) || (f[4] != "-" && base == "")) {
		printf "%-3s%-35s%13s\n", f[1], f[2], "skipped"
		return
	}
	x = median(f[3])
	against = x
	if (base != "") {
		against = ratio(f[3], base)
		text = sprintf("%.2f (%.2f-%.2f)", r, low, high)
		split(base, name, ".")
		if (f[5] == "peer")
			peer = name[2] " " show(median(base))
		else
			floor = show(median(base))
	} else if (count[f[3]] > 1)
		text = sprintf("(%s-%s)", lowest(f[3]), highest)
	printf "%-3s%-35s%13s%9s  %-16s %-18s%-8s%s\n", f[1], f[2],
	    show(x) " " unit[f[3]], floor, peer, text, f[6],
	    verdict(against, f[6], f[1] >= 15 && base != "")
}
function lowest(name,   a, i) {
	for (i = 1; i <= count[name]; i++)
		a[i] = value[name, i]
	sort(a, count[name])
	highest = show(a[count[name]])
	return show(a[1])
}
END {
	if (head)
		title()
	for (i = 1; i <= rows; i++) {
		split(row[i], f, "\t")
		print_row(f)
	}
}
